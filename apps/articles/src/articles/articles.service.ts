import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { slugOf } from '#events';
import { Clock } from '#platform';
import { refuse } from '../problems.js';
import { Publisher } from '../publishing/publisher.js';
import { cancelSchedule, schedule, type Schedule } from '../publishing/schedule.rules.js';
import { TakeDown } from '../publishing/take-down.js';
import { Revision } from '../revisions/revision.entity.js';
import { Names } from '../taxonomy/names.js';
import { Article } from './article.entity.js';
import { begin, correct, discard, edit, publish, type Change, type NewArticle } from './article.rules.js';
import { lockArticle, lockKey, save } from './article-store.js';
import { draftOf, type ArticleDraft } from './article-content.js';
import type { RetractArticleRequest } from './articles.dto.js';
import { audit, type AuditedAct, type By } from './audit.js';
import { claimSlug, freeSlug, releaseSlug } from './slugs.js';

/** Where a new article comes from, by which it is known again. */
type Origin = Pick<NewArticle, 'idempotencyKey' | 'sourceId' | 'publishedAt'>;

/**
 * One method a use: load and lock, decide, save, tell. Every change of an article there is throws Refused
 * `article.unknown` and `article.changed-meanwhile`, besides what is named.
 */
@Injectable()
export class ArticlesService {
  constructor(
    private readonly db: DataSource,
    private readonly publisher: Publisher,
    private readonly takeDown: TakeDown,
    private readonly clock: Clock,
  ) {}

  /** Starts a draft. @throws Refused `article.slug-taken`, `term.unknown`. */
  async create(draft: ArticleDraft, by: By, { idempotencyKey }: Origin = {}): Promise<Article> {
    return this.db.transaction(async (tx) => {
      if (idempotencyKey) {
        await lockKey(tx, `article.create ${idempotencyKey}`);
        const earlier = await tx.findOneBy(Article, { idempotencyKey });
        if (earlier) return earlier;
      }
      const article = await this.start(tx, draft, { idempotencyKey });
      await audit(tx, by, 'create', [article]);
      return article;
    });
  }

  /** @throws Refused `article.already-retracted`, `term.unknown`, `article.slug-taken`; for a scheduled one `article.incomplete`. */
  edit(id: string, expected: number, draft: ArticleDraft, by: By): Promise<Article> {
    return this.changeDraft(id, expected, () => Promise.resolve(draft), by, 'edit');
  }

  /** Takes the content of a revision back into the working copy. @throws Refused `revision.unknown` and as edit. */
  restore(id: string, expected: number, version: number, by: By): Promise<Article> {
    const contentOf = async (tx: EntityManager): Promise<ArticleDraft> => {
      const revision = await tx.findOneBy(Revision, { articleId: id, version });
      if (!revision) throw refuse('revision.unknown');
      return draftOf(revision.snapshot);
    };
    return this.changeDraft(id, expected, contentOf, by, 'restore', { revision: version });
  }

  /** @throws Refused `article.already-retracted`, `article.unchanged`, `article.incomplete`, `article.embargoed`. */
  publish(id: string, expected: number, by: By): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      const did = article.publishedVersion === null ? 'publish' : 'update';
      await this.publisher.publishDrafts(tx, [article], { by, did }, (names) =>
        publish(article, names, this.clock.now()),
      );
      return article;
    });
  }

  /** @throws Refused `article.not-published`, `article.already-retracted`, `article.incomplete`, `article.too-many-corrections`. */
  correct(id: string, expected: number, note: string, by: By): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      const now = this.clock.now();
      await this.publisher.publishDrafts(tx, [article], { by, did: 'correct', note }, (names) =>
        correct(article, names, note, now),
      );
      return article;
    });
  }

  /** @throws Refused `schedule.…`, `article.already-retracted`, `article.unchanged`, `article.incomplete`, `article.embargoed`. */
  schedule(id: string, expected: number, times: Schedule, by: By): Promise<Article> {
    return this.change(
      id,
      expected,
      by,
      'schedule',
      (article) => schedule(article, times, this.clock.now()),
      {
        ...times,
      },
    );
  }

  /** @throws Refused `schedule.none`, `article.already-retracted`. */
  cancelSchedule(id: string, expected: number, by: By): Promise<Article> {
    return this.change(id, expected, by, 'cancel-schedule', (article) =>
      cancelSchedule(article, this.clock.now()),
    );
  }

  /** @throws Refused `article.not-published`, `article.already-retracted`. */
  retract(id: string, expected: number, request: RetractArticleRequest, by: By): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      await this.takeDown.retract(tx, article, request, by, this.clock.now());
      return article;
    });
  }

  /** Erases the text of a retracted article. @throws Refused `article.not-retracted`, `article.purged`. */
  purge(id: string, expected: number, by: By): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      await this.takeDown.purge(tx, article, by, this.clock.now());
      return article;
    });
  }

  /** Drops a draft; its audit lines stay. @throws Refused `article.not-a-draft`. */
  async discard(id: string, expected: number, by: By): Promise<void> {
    await this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      discard(article);
      await tx.delete(Article, { id });
      await audit(tx, by, 'discard', [article]);
    });
  }

  /** @throws Refused `article.unknown`. */
  async get(id: string): Promise<Article> {
    const article = await this.db.manager.findOneBy(Article, { id });
    if (!article) throw refuse('article.unknown');
    return article;
  }

  /** Adds a draft to the transaction `tx`. @throws Refused as {@link create}. */
  async start(tx: EntityManager, draft: ArticleDraft, origin: Origin): Promise<Article> {
    const names = await Names.in(tx, [draft]);
    names.check(draft);
    const id = uuidv7();
    const slug = draft.slug ?? (await freeSlug(tx, slugOf(draft.headline ?? '') || 'artikel', id));
    const termIds = names.idsIn(draft);
    const article = begin({ id, slug, draft, termIds, updatedAt: this.clock.now(), ...origin });
    await tx.insert(Article, article as never);
    await claimSlug(tx, id, slug);
    return article;
  }

  private changeDraft(
    id: string,
    expected: number,
    contentOf: (tx: EntityManager) => Promise<ArticleDraft>,
    by: By,
    did: AuditedAct,
    details?: Record<string, unknown>,
  ): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      const draft = await contentOf(tx);
      const change = edit(article, draft, this.clock.now());
      const names = await Names.in(tx, [draft]);
      names.check(draft);
      const slug = await this.slugFor(tx, article, draft);
      await save(tx, article, { ...change, slug, termIds: names.idsIn(draft, article.snapshot) });
      await audit(tx, by, did, [article], details);
      return article;
    });
  }

  /** Claims a new slug at once, so that publishing cannot fail for it; readers are led there from publishing on. */
  private async slugFor(
    tx: EntityManager,
    { id, slug, publishedVersion }: Article,
    draft: ArticleDraft,
  ): Promise<string> {
    if (!draft.slug || draft.slug === slug) return slug;
    await claimSlug(tx, id, draft.slug);
    if (publishedVersion !== null) return slug;
    await releaseSlug(tx, id, slug);
    return draft.slug;
  }

  private change(
    id: string,
    expected: number,
    by: By,
    did: AuditedAct,
    decide: (article: Article) => Change,
    details?: Record<string, unknown>,
  ): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      await save(tx, article, decide(article));
      await audit(tx, by, did, [article], details);
      return article;
    });
  }
}
