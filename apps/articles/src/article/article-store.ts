import type { EntityManager, FindOptionsWhere, QueryDeepPartialEntity } from 'typeorm';
import { refuse } from '../problems.js';
import { articleOf, type Article, type PublishedArticle } from './article.js';
import { ArticleRow } from './article.entity.js';
import { isCurrent } from './article.rules.js';
import type { ActorRef } from './audit.js';

/**
 * Locks an article until the transaction ends, which keeps its events in commit order.
 * @throws Refused `article.unknown`, `article.changed-meanwhile` when it has changed since the version `expected`.
 */
export async function lockArticle(tx: EntityManager, id: string, expected: number): Promise<Article> {
  const row = await tx.findOne(ArticleRow, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!row) throw refuse('article.unknown');
  if (!isCurrent(row, expected)) throw refuse('article.changed-meanwhile', { version: row.version });
  return articleOf(row);
}

/** Reads an article without locking it. */
export async function findArticle(
  db: EntityManager,
  where: FindOptionsWhere<ArticleRow> | FindOptionsWhere<ArticleRow>[],
): Promise<Article | undefined> {
  const row = await db.findOneBy(ArticleRow, where);
  return row ? articleOf(row) : undefined;
}

/** @throws Refused `article.unknown`. */
export async function needArticle(db: EntityManager, id: string): Promise<Article> {
  const article = await findArticle(db, { id });
  if (!article) throw refuse('article.unknown');
  return article;
}

export async function insertArticles(tx: EntityManager, articles: readonly Article[]): Promise<void> {
  await tx.insert(ArticleRow, articles.map(columnsOf));
}

/** Stores the changed columns of a locked article. @returns `after`. */
export async function save<After extends Article>(
  tx: EntityManager,
  before: Article,
  after: After,
): Promise<After> {
  const columns = Object.keys(after) as (keyof Article)[];
  const changed = columns.filter((column) => after[column] !== before[column]);
  const change = Object.fromEntries(changed.map((column) => [column, after[column]]));
  await tx.update(ArticleRow, { id: before.id }, columnsOf(change));
  return after;
}

/** TypeORM's type allows JSON columns to be partial; here they are always complete. */
const columnsOf = (values: Partial<ArticleRow>) => values as QueryDeepPartialEntity<ArticleRow>;

/** Writes published articles, and a revision of each, in one statement. */
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
