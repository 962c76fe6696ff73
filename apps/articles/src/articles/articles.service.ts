import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { slugOf } from '#events';
import { type Actor, Clock } from '#platform';
import { refuse } from '../problems.js';
import { Publisher } from '../publishing/publisher.js';
import { cancelSchedule, schedule, type Schedule } from '../publishing/schedule.rules.js';
import { TakeDown } from '../publishing/take-down.js';
import { formerDraft, keepDraft } from '../revisions/former-drafts.js';
import { revisionSnapshot } from '../revisions/revisions.js';
import { Names } from '../taxonomy/names.js';
import { Article } from './article.entity.js';
import {
  begin,
  correct,
  discard,
  edit,
  mustBeAlive,
  publish,
  type Change,
  type NewArticle,
} from './article.rules.js';
import { lockArticle, lockKey, save } from './article-store.js';
import { draftOf, type ArticleDraft } from './article-content.js';
import type { LabelArticleRequest, RetractArticleRequest } from './articles.dto.js';
import { audit, type AuditedAct, type By } from './audit.js';
import { mustBeFreeToChange, restoredOver } from './reserved-fields.rules.js';
import { claimFreeSlug, digestOf, holdSlugs, slugsOf } from './slugs.js';

/** Where a new article comes from, by which it is known again. */
type Origin = Pick<NewArticle, 'idempotencyKey' | 'sourceId'>;

/**
 * One method per use case: lock, decide, save, emit. Every change of an existing article throws Refused
 * `article.unknown` and `article.changed-meanwhile`, besides the errors that its method names.
 */
@Injectable()
export class ArticlesService {
  constructor(
    private readonly db: DataSource,
    private readonly publisher: Publisher,
    private readonly takeDown: TakeDown,
    private readonly clock: Clock,
  ) {}

  /**
   * Starts a draft. The same key of the same person again gives the article that is already there.
   * @throws Refused `article.fields-reserved`, `article.slug-taken`, `term.unknown`.
   */
  async create(draft: ArticleDraft, by: Actor, key?: string): Promise<Article> {
    mustBeFreeToChange({}, draft, by.roles);
    const idempotencyKey = key && digestOf(JSON.stringify([by.id, key]));
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

  /** @throws Refused `article.already-retracted`, `article.fields-reserved`, `article.embargoed`, `term.unknown`, `article.slug-taken`. */
  edit(id: string, expected: number, draft: ArticleDraft, by: Actor): Promise<Article> {
    const allowed = (_tx: EntityManager, current: ArticleDraft) => {
      mustBeFreeToChange(current, draft, by.roles);
      return draft;
    };
    return this.changeDraft(id, expected, allowed, by, 'edit');
  }

  /** Changes label and sponsor of the working copy. @throws Refused as edit. */
  label(id: string, expected: number, { label, sponsor }: LabelArticleRequest, by: By): Promise<Article> {
    const labelled = (_tx: EntityManager, current: ArticleDraft) => ({ ...current, label, sponsor });
    return this.changeDraft(id, expected, labelled, by, 'label', { label, sponsor });
  }

  /** Takes the content of a revision back into the working copy. @throws Refused `revision.unknown` and as edit. */
  restore(id: string, expected: number, version: number, by: By): Promise<Article> {
    const contentOf = async (tx: EntityManager, current: ArticleDraft) =>
      restoredOver(current, draftOf(await revisionSnapshot(tx, id, version)));
    return this.changeDraft(id, expected, contentOf, by, 'restore', { revision: version });
  }

  /** Takes a former working copy back. @throws Refused `draft.unknown` and as edit. */
  restoreDraft(id: string, expected: number, version: number, by: By): Promise<Article> {
    const contentOf = async (tx: EntityManager, current: ArticleDraft) =>
      restoredOver(current, await formerDraft(tx, id, version));
    return this.changeDraft(id, expected, contentOf, by, 'restore', { draft: version });
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
      { ...times },
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

  /**
   * Adds a draft to the transaction `tx`. Under a slug that is taken an import gets a tail.
   * @throws Refused `term.unknown`, `article.slug-taken`.
   */
  async start(tx: EntityManager, draft: ArticleDraft, origin: Origin): Promise<Article> {
    const names = await Names.in(tx, [draft]);
    names.check(draft);
    const id = uuidv7();
    const wished = draft.slug ?? (slugOf(draft.headline ?? '') || 'artikel');
    const termIds = names.idsIn([draft]);
    const article = begin({ id, slug: wished, draft, termIds, updatedAt: this.clock.now(), ...origin });
    await tx.insert(Article, article as never);
    const { sourceId } = origin;
    if (draft.slug && !sourceId) await holdSlugs(tx, [slugsOf(article)]);
    else {
      const slug = await claimFreeSlug(tx, id, wished, sourceId ? digestOf(sourceId) : id);
      if (slug !== wished) await save(tx, article, { slug, draft: draft.slug ? { ...draft, slug } : draft });
    }
    return article;
  }

  private changeDraft(
    id: string,
    expected: number,
    contentOf: (tx: EntityManager, current: ArticleDraft) => ArticleDraft | Promise<ArticleDraft>,
    by: By,
    did: AuditedAct,
    details?: Record<string, unknown>,
  ): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      mustBeAlive(article);
      const draft = await contentOf(tx, article.draft!);
      const change = edit(article, draft, this.clock.now());
      const contents = [draft, change.approved ?? draft];
      const names = await Names.in(tx, contents);
      names.check(draft);
      await keepDraft(tx, article, by);
      await save(tx, article, { ...change, termIds: names.idsIn(contents, article.snapshot) });
      await holdSlugs(tx, [slugsOf(article)]);
      await audit(tx, by, did, [article], details);
      return article;
    });
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
      await holdSlugs(tx, [slugsOf(article)]);
      await audit(tx, by, did, [article], details);
      return article;
    });
  }
}
