import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ArticleDraft } from '#api';
import { slugOf } from '#events';
import { type Actor, Clock } from '#platform';
import type { Article, DraftArticle, LiveArticle } from '../article/article.js';
import { draftOf } from '../article/article-content.js';
import { ArticleRow } from '../article/article.entity.js';
import { begin, edit, mustBeAlive, mustBeDiscardable, type NewArticle } from '../article/article.rules.js';
import { findArticle, insertArticles, lockArticle, save } from '../article/article-store.js';
import { audit, type ActorRef } from '../article/audit.js';
import { lockKey } from '../article/lock-key.js';
import { claimFreeSlug, digestOf, holdSlugs, slugsOf } from '../article/slugs.js';
import { ResolvedTerms } from '../taxonomy/resolved-terms.js';
import type { LabelArticleRequest } from './drafts.dto.js';
import { keepDraft } from './former-drafts.js';
import { formerDraft } from './former-drafts.queries.js';
import { mustBeFreeToChange, restoredOver } from './reserved-fields.rules.js';
import { revisionSnapshot } from './revisions.queries.js';

/** Identifies a request or an imported article, so that a retry finds the existing article. */
type Origin = Pick<NewArticle, 'idempotencyKey' | 'sourceId'>;

/**
 * The use cases of working copies: lock, decide, save, audit. Every change of an existing article throws Refused
 * `article.unknown` and `article.changed-meanwhile`, in addition to those it documents.
 */
@Injectable()
export class DraftsService {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * Starts a draft. A `key` that the same person repeats returns the existing article.
   * @throws Refused `article.fields-reserved`, `article.slug-taken`, `term.unknown`.
   */
  async create(draft: ArticleDraft, by: Actor, key?: string): Promise<Article> {
    mustBeFreeToChange({}, draft, by.roles);
    const idempotencyKey = key && digestOf(JSON.stringify([by.id, key]));
    return this.db.transaction(async (tx) => {
      if (idempotencyKey) {
        await lockKey(tx, `article.create ${idempotencyKey}`);
        const earlier = await findArticle(tx, { idempotencyKey });
        if (earlier) return earlier;
      }
      const article = await this.start(tx, draft, { idempotencyKey });
      await audit(tx, by, 'create', [article]);
      return article;
    });
  }

  /** @throws Refused `article.already-retracted`, `article.fields-reserved`, `article.embargoed`, `term.unknown`, `article.slug-taken`. */
  edit(id: string, expected: number, draft: ArticleDraft, by: Actor): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockLiveArticle(tx, id, expected);
      mustBeFreeToChange(article.draft, draft, by.roles);
      const edited = await this.replaceDraft(tx, article, draft, by);
      await audit(tx, by, 'edit', [edited]);
      return edited;
    });
  }

  /** Changes label and sponsor of the working copy. @throws Refused as `edit`. */
  label(id: string, expected: number, request: LabelArticleRequest, by: ActorRef): Promise<Article> {
    const { label, sponsor } = request;
    return this.db.transaction(async (tx) => {
      const article = await lockLiveArticle(tx, id, expected);
      const labelled = await this.replaceDraft(tx, article, { ...article.draft, label, sponsor }, by);
      await audit(tx, by, 'label', [labelled], { label, sponsor });
      return labelled;
    });
  }

  /** Restores the content of a revision to the working copy. @throws Refused `revision.unknown` and as `edit`. */
  restore(id: string, expected: number, version: number, by: ActorRef): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockLiveArticle(tx, id, expected);
      const earlier = draftOf(await revisionSnapshot(tx, id, version));
      const restored = await this.replaceDraft(tx, article, restoredOver(article.draft, earlier), by);
      await audit(tx, by, 'restore', [restored], { revision: version });
      return restored;
    });
  }

  /** Restores a former working copy. @throws Refused `draft.unknown` and as `edit`. */
  restoreDraft(id: string, expected: number, version: number, by: ActorRef): Promise<Article> {
    return this.db.transaction(async (tx) => {
      const article = await lockLiveArticle(tx, id, expected);
      const earlier = await formerDraft(tx, id, version);
      const restored = await this.replaceDraft(tx, article, restoredOver(article.draft, earlier), by);
      await audit(tx, by, 'restore', [restored], { draft: version });
      return restored;
    });
  }

  /** Deletes a draft. Its audit entries stay. @throws Refused `article.not-a-draft`. */
  async discard(id: string, expected: number, by: ActorRef): Promise<void> {
    await this.db.transaction(async (tx) => {
      const article = await lockArticle(tx, id, expected);
      mustBeDiscardable(article);
      await tx.delete(ArticleRow, { id });
      await audit(tx, by, 'discard', [article]);
    });
  }

  /**
   * Adds a draft in the transaction `tx`. An import whose slug is taken gets it with a suffix.
   * @throws Refused `term.unknown`, `article.slug-taken`.
   */
  async start(tx: EntityManager, draft: ArticleDraft, origin: Origin): Promise<DraftArticle> {
    const terms = await ResolvedTerms.forDrafts(tx, [draft]);
    terms.mustKnowAllOf(draft);
    const id = uuidv7();
    const preferred = draft.slug ?? (slugOf(draft.headline ?? '') || 'artikel');
    const termIds = terms.idsIn([draft]);
    const article = begin({ id, slug: preferred, draft, termIds, updatedAt: this.clock.now(), ...origin });
    await insertArticles(tx, [article]);
    const { sourceId } = origin;
    if (draft.slug && !sourceId) {
      await holdSlugs(tx, [slugsOf(article)]);
      return article;
    }
    const slug = await claimFreeSlug(tx, id, preferred, sourceId ? digestOf(sourceId) : id);
    if (slug === preferred) return article;
    return save(tx, article, { ...article, slug, draft: draft.slug ? { ...draft, slug } : draft });
  }

  private async replaceDraft(
    tx: EntityManager,
    article: LiveArticle,
    draft: ArticleDraft,
    by: ActorRef,
  ): Promise<LiveArticle> {
    const edited = edit(article, draft, this.clock.now());
    const contents = [draft, edited.approved ?? draft];
    const terms = await ResolvedTerms.forDrafts(tx, contents);
    terms.mustKnowAllOf(draft);
    await keepDraft(tx, article, by);
    const termIds = terms.idsIn(contents, article.snapshot);
    const saved = await save(tx, article, { ...edited, termIds });
    await holdSlugs(tx, [slugsOf(saved)]);
    return saved;
  }
}

/** @throws Refused `article.already-retracted` and as `lockArticle`. */
async function lockLiveArticle(tx: EntityManager, id: string, expected: number): Promise<LiveArticle> {
  const article = await lockArticle(tx, id, expected);
  mustBeAlive(article);
  return article;
}
