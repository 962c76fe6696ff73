import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { articlePublished, articleRetracted, articleUpdated } from '#events';
import { Outbox } from '#messaging';
import type { Article, PublishedArticle, RetractedArticle } from '../article/article.js';
import { save, storePublished } from '../article/article-store.js';
import { audit, type ActorRef, type AuditedAct } from '../article/audit.js';
import { holdSlugs, releaseReserved, slugsOfPublished } from '../article/slugs.js';
import { enterLists, leaveLists, unlist } from '../lists/listing.js';
import { putInSearch, removeFromSearch } from '../search/search-index.js';
import type { ResolvedTerms } from '../taxonomy/resolved-terms.js';

/** A locked article before and after its publication. */
export interface Publication {
  readonly before: Article;
  readonly after: PublishedArticle;
  /** The ids of the lists that it is in, besides that of all articles. */
  readonly lists: readonly string[];
}

export interface PublishOptions {
  readonly by: ActorRef;
  /** For the audit log. */
  readonly did: AuditedAct;
  /** The note of a correction. */
  readonly note?: string;
}

/**
 * The only code that changes what readers see: row, revision, lists, search, event and audit entry in one transaction.
 * Works on batches, because term changes and schedules affect many articles at once.
 */
@Injectable()
export class Publisher {
  constructor(private readonly outbox: Outbox) {}

  /** Runs a fixed number of statements for up to a few hundred articles. @throws Refused `article.slug-taken`. */
  async publish(tx: EntityManager, all: readonly Publication[], options: PublishOptions): Promise<void> {
    if (all.length === 0) return;
    const { by, did, note } = options;
    const articles = all.map(({ after }) => after);
    const firsts = all.filter(({ before }) => before.publishedVersion === null);
    const updates = all.filter(({ before }) => before.publishedVersion !== null);
    await holdSlugs(
      tx,
      all.map(({ before, after }) => slugsOfPublished(before, after)),
    );
    await storePublished(tx, articles, { by, note });
    await leaveLists(tx, updates.map(listed));
    await enterLists(tx, all.map(listed));
    await putInSearch(
      tx,
      articles.map(({ snapshot }) => snapshot),
    );
    await this.outbox.addAll(tx, articlePublished, firsts.map(eventOf));
    await this.outbox.addAll(tx, articleUpdated, updates.map(eventOf));
    await audit(tx, by, did, articles, note ? { note } : {});
  }

  /** Removes a locked article from every public place. */
  async takeDown(tx: EntityManager, before: Article, after: RetractedArticle, by: ActorRef): Promise<void> {
    await save(tx, before, after);
    await releaseReserved(tx, after);
    await unlist(tx, after.id);
    await removeFromSearch(tx, after.id);
    await this.outbox.add(tx, articleRetracted, retractionOf(after));
    await audit(tx, by, 'retract', [after], {
      reason: after.retractionReason,
      note: after.retractionNote ?? undefined,
    });
  }
}

/** A publication with the ids and lists of its resolved terms. */
export const publicationOf = (
  before: Article,
  after: PublishedArticle,
  terms: ResolvedTerms,
): Publication => ({
  before,
  after: { ...after, termIds: terms.idsIn([after.draft], after.snapshot) },
  lists: terms.listsOf(after.snapshot),
});

const listed = ({ after, lists }: Publication) => ({ article: after, lists });

const eventOf = ({ after: { id, version, snapshot } }: Publication) => ({
  subject: id,
  data: { version, article: snapshot },
});

/** The event `article.retracted`, which carries no text. */
export const retractionOf = (article: RetractedArticle) => ({
  subject: article.id,
  data: {
    version: article.version,
    reason: article.retractionReason,
    note: article.retractionNote ?? undefined,
    retractedAt: article.retractedAt.toISOString(),
  },
});
