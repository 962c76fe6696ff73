import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { articlePublished, articleRetracted, articleUpdated } from '#events';
import { Outbox, Republisher, type SnapshotSource } from '#messaging';
import { Clock, type Actor } from '#platform';
import { refuse } from '../problems.js';
import { Article } from './article.entity.js';
import { edit, publish, publishable, retract, slugOf } from './article.rules.js';
import type { ArticleContent } from './article-content.js';
import type { CreateArticleRequest, RetractArticleRequest } from './articles.dto.js';
import { audit } from './audit.entity.js';
import { resolveNames } from './names.js';
import { Revision } from './revision.entity.js';

/** One method a use: load and lock, decide, save, tell. */
@Injectable()
export class ArticlesService implements OnModuleInit, SnapshotSource {
  constructor(
    private readonly db: DataSource,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly republisher: Republisher,
  ) {}

  onModuleInit(): void {
    this.republisher.serve(this);
  }

  /**
   * Starts a draft. The same `idempotencyKey` again gives the draft that is already there.
   * @throws Refused `article.slug-taken`, or the name of a slug that is unknown.
   */
  async create(
    { slug, ...content }: CreateArticleRequest,
    by: Actor,
    idempotencyKey?: string,
  ): Promise<Article> {
    return this.db.transaction(async (tx) => {
      if (idempotencyKey) {
        await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
          `article.create ${idempotencyKey}`,
        ]);
        const earlier = await tx.findOneBy(Article, { idempotencyKey });
        if (earlier) return earlier;
      }
      await resolveNames(tx, content);
      const article = tx.create(Article, {
        id: uuidv7(),
        slug: await freeSlug(tx, slug, content.headline),
        state: 'draft',
        version: 1,
        draft: content,
        snapshot: null,
        topicIds: [],
        placeIds: [],
        authorIds: [],
        updatedAt: this.clock.now(),
        idempotencyKey: idempotencyKey ?? null,
      });
      await tx.insert(Article, article as never);
      await audit(tx, by, 'create', article);
      return article;
    });
  }

  /** @throws Refused `article.unknown`, `article.changed-meanwhile`, `article.already-retracted`. */
  async edit(id: string, expected: number, content: ArticleContent, by: Actor): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      await resolveNames(tx, content);
      Object.assign(article, edit(article, content, this.clock.now()));
      await tx.save(article);
      await audit(tx, by, 'edit', article);
      return article;
    });
  }

  /** @throws Refused `article.unknown`, `article.changed-meanwhile`, `article.already-retracted`, `article.unchanged`. */
  async publish(id: string, expected: number, by: Actor): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      const isFirst = article.state === 'draft';
      const names = await resolveNames(tx, publishable(article));
      const { snapshot, ...change } = publish(article, names, this.clock.now());
      Object.assign(article, change, {
        snapshot,
        sectionId: snapshot.section.id,
        topicIds: snapshot.topics.map((topic) => topic.id),
        placeIds: snapshot.places.map((place) => place.id),
        authorIds: snapshot.byline.map((author) => author.id),
      });
      await tx.save(article);
      await tx.insert(Revision, { articleId: id, version: article.version, snapshot } as never);
      await this.outbox.add(tx, isFirst ? articlePublished : articleUpdated, {
        subject: id,
        data: { version: article.version, article: snapshot },
      });
      await audit(tx, by, isFirst ? 'publish' : 'update', article);
      return article;
    });
  }

  /** @throws Refused `article.unknown`, `article.changed-meanwhile`, `article.not-published`, `article.already-retracted`. */
  async retract(
    id: string,
    expected: number,
    { reason, note }: RetractArticleRequest,
    by: Actor,
  ): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      Object.assign(article, retract(article, reason, note, this.clock.now()));
      await tx.save(article);
      await this.tellRetraction(tx, article);
      await audit(tx, by, 'retract', article);
      return article;
    });
  }

  /** @throws Refused `article.unknown`. */
  async get(id: string): Promise<Article> {
    const article = await this.db.manager.findOneBy(Article, { id });
    if (!article) throw refuse('article.unknown');
    return article;
  }

  /** @throws Refused `article.unknown` (also for drafts), `article.retracted` with reason and note. */
  async getPublic(idOrSlug: string): Promise<Article> {
    const by = isUuid(idOrSlug) ? { id: idOrSlug } : { slug: idOrSlug };
    const article = await this.db.manager.findOneBy(Article, by);
    if (!article || article.state === 'draft') throw refuse('article.unknown');
    if (article.state === 'retracted') {
      throw refuse('article.retracted', {
        reason: article.retractionReason,
        note: article.retractionNote ?? undefined,
      });
    }
    return article;
  }

  async republish(tx: EntityManager, afterId: string | undefined, limit: number): Promise<string[]> {
    const articles = await tx
      .createQueryBuilder(Article, 'article')
      .where(`article.state <> 'draft' AND article.id > :after`, { after: afterId ?? NIL })
      .orderBy('article.id')
      .limit(limit)
      .setLock('pessimistic_write')
      .getMany();
    for (const article of articles) {
      if (article.state === 'retracted') await this.tellRetraction(tx, article);
      else {
        const data = { version: article.publishedVersion!, article: article.snapshot! };
        await this.outbox.add(tx, articlePublished, { subject: article.id, data });
      }
    }
    return articles.map(({ id }) => id);
  }

  private tellRetraction(tx: EntityManager, article: Article): Promise<void> {
    return this.outbox.add(tx, articleRetracted, {
      subject: article.id,
      data: {
        version: article.version,
        reason: article.retractionReason!,
        note: article.retractionNote ?? undefined,
        retractedAt: article.retractedAt!.toISOString(),
      },
    });
  }
}

const NIL = '00000000-0000-0000-0000-000000000000';
const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** The row lock keeps this article's events in commit order. */
async function lockArticle(tx: EntityManager, id: string, expected: number): Promise<Article> {
  const article = await tx.findOne(Article, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!article) throw refuse('article.unknown');
  if (article.version !== expected) throw refuse('article.changed-meanwhile', { version: article.version });
  return article;
}

/** The wished slug, or one out of the headline that nobody has yet. */
async function freeSlug(tx: EntityManager, wished: string | undefined, headline: string): Promise<string> {
  const slug = wished ?? slugOf(headline);
  if (!(await tx.existsBy(Article, { slug }))) return slug;
  if (wished) throw refuse('article.slug-taken', { slug });
  return `${slug}-${uuidv7().slice(-6)}`;
}
