import type { EntityManager } from 'typeorm';
import type { PublishedArticle } from '../article/article.js';
import type { ActorRef } from '../article/audit.js';

/** Writes published articles, and a revision of each, with one statement. */
export async function storePublished(
  tx: EntityManager,
  articles: readonly PublishedArticle[],
  { by, note }: { readonly by: ActorRef; readonly note: string | undefined },
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
  await tx.sql`
    WITH stored AS (
      UPDATE article SET state = changed.state, slug = changed.slug, version = changed.version,
        published_version = changed.published_version, has_changes = changed.has_changes,
        snapshot = changed.snapshot, summary = changed.summary, corrections = changed.corrections,
        term_ids = changed.term_ids, approved = changed.approved, renamed_from = changed.renamed_from,
        renamed_to = changed.renamed_to, publish_at = changed.publish_at, published_at = changed.published_at,
        updated_at = changed.updated_at
      FROM json_to_recordset(${JSON.stringify(rows)}) AS changed(id uuid, state text, slug text, version int,
        published_version int, has_changes boolean, snapshot json, summary json, corrections json, term_ids uuid[],
        approved json, renamed_from int, renamed_to int,
        publish_at timestamptz, published_at timestamptz, updated_at timestamptz)
      WHERE article.id = changed.id RETURNING article.id, article.version, article.snapshot
    )
    INSERT INTO revision (article_id, version, snapshot, by_id, by_name, note)
    SELECT id, version, snapshot, ${by.id}, ${by.name}, ${note} FROM stored`;
}
