import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { articlePublished, articleUpdated } from '#events';
import { Outbox } from '#messaging';
import type { ArticleDraft } from '../article/article-content.js';
import type { Article } from '../article/article.entity.js';
import type { Publication, SnapshotNames } from '../article/article.rules.js';
import { articleSummary } from '../article/article-summary.js';
import { audit, type AuditedAct, type By } from '../article/audit.js';
import { holdSlugs, slugsOf } from '../article/slugs.js';
import { putInSearch } from '../search/search-index.js';
import { Names } from '../taxonomy/resolved-terms.js';
import { enterLists, leaveLists, type Listed } from '../lists/listing.js';

/** An article, locked and as it was, and what becomes of it. */
export interface ToPublish extends Listed {
  readonly article: Article;
  readonly publication: Publication;
}

export interface How {
  readonly by: By;
  readonly did: AuditedAct;
  /** What was corrected, for readers. */
  readonly note?: string;
}

/**
 * The one way to what readers see: row, revision, lists, search, event and audit line change in one transaction, with
 * a handful of statements for however many articles.
 */
@Injectable()
export class Publisher {
  constructor(private readonly outbox: Outbox) {}

  /**
   * Publishes the working copies of locked articles, or other contents of them, as `decide` says.
   * @throws Refused what `decide` refuses, `term.unknown`, `article.slug-taken`.
   */
  async publishDrafts(
    tx: EntityManager,
    articles: readonly Article[],
    how: How,
    decide: (names: SnapshotNames, article: Article) => Publication,
    contentOf = ({ draft }: Article): ArticleDraft => draft!,
  ): Promise<void> {
    const names = await Names.in(
      tx,
      articles.flatMap((article) => [contentOf(article), article.draft!]),
    );
    const all = articles.map((article) => {
      const content = contentOf(article);
      const publication = decide(names.of(content), article);
      const termIds = names.idsIn([content, article.draft!]);
      return {
        article,
        publication: { ...publication, termIds },
        lists: names.listsOf(publication.snapshot),
      };
    });
    await this.publish(tx, all, how);
  }

  /** Changes the articles that were handed over, too. At most a few hundred at once. */
  async publish(tx: EntityManager, all: readonly ToPublish[], { by, did, note }: How): Promise<void> {
    if (all.length === 0) return;
    const firsts = all.filter(({ article }) => article.publishedVersion === null);
    const updates = all.filter(({ article }) => article.publishedVersion !== null);
    const former = all.map(({ article }) => (article.publishedVersion === null ? [] : [article.slug]));
    for (const { article, publication } of all) {
      Object.assign(article, publication, { summary: articleSummary(publication.snapshot) });
    }
    await holdSlugs(
      tx,
      all.map(({ article }, i) => {
        const needs = slugsOf(article);
        return { ...needs, wasPublic: former[i]!.length > 0, open: [...needs.open, ...former[i]!] };
      }),
    );
    const articles = all.map(({ article }) => article);
    await store(tx, articles, { by, note });
    await leaveLists(tx, updates);
    await enterLists(tx, all);
    await putInSearch(
      tx,
      articles.map(({ snapshot }) => snapshot!),
    );
    await this.outbox.addAll(tx, articlePublished, firsts.map(eventOf));
    await this.outbox.addAll(tx, articleUpdated, updates.map(eventOf));
    await audit(tx, by, did, articles, note ? { note } : {});
  }
}

const eventOf = ({ article: { id, version, snapshot } }: ToPublish) => ({
  subject: id,
  data: { version, article: snapshot! },
});

/** Writes the articles, and a revision of each: what readers see has one, whatever changed it. */
async function store(
  tx: EntityManager,
  articles: readonly Article[],
  { by, note }: Omit<How, 'did'>,
): Promise<void> {
  const rows = articles.map((article) => ({
    id: article.id,
    state: article.state,
    slug: article.slug,
    version: article.version,
    renamed_from: article.renamedFrom,
    renamed_to: article.renamedTo,
    published_version: article.publishedVersion,
    has_changes: article.hasChanges,
    snapshot: article.snapshot,
    summary: article.summary,
    corrections: article.corrections,
    term_ids: article.termIds,
    approved: article.approved,
    publish_at: article.publishAt,
    published_at: article.publishedAt,
    updated_at: article.updatedAt,
  }));
  await tx.query(
    `WITH stored AS (
       UPDATE article SET state = changed.state, slug = changed.slug, version = changed.version,
         published_version = changed.published_version, has_changes = changed.has_changes,
         snapshot = changed.snapshot, summary = changed.summary, corrections = changed.corrections,
         term_ids = changed.term_ids, approved = changed.approved, renamed_from = changed.renamed_from,
         renamed_to = changed.renamed_to, publish_at = changed.publish_at, published_at = changed.published_at,
         updated_at = changed.updated_at
       FROM json_to_recordset($1) AS changed(id uuid, state text, slug text, version int, published_version int,
         has_changes boolean, snapshot json, summary json, corrections json, term_ids uuid[],
         approved json, renamed_from int, renamed_to int,
         publish_at timestamptz, published_at timestamptz, updated_at timestamptz)
       WHERE article.id = changed.id RETURNING article.id, article.version, article.snapshot
     )
     INSERT INTO revision (article_id, version, snapshot, by_id, by_name, note)
     SELECT id, version, snapshot, $2, $3, $4 FROM stored`,
    [JSON.stringify(rows), by.id, by.name, note ?? null],
  );
}
