import type { EntityManager, FindOptionsWhere, QueryDeepPartialEntity } from 'typeorm';
import { refuse } from '../problems.js';
import { articleOf, type Article } from './article.js';
import { ArticleRow } from './article.entity.js';
import { isCurrent } from './article.rules.js';

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

/** Stores the columns of a locked article that a rule has changed. @returns `after`. */
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

/** TypeORM's type takes JSON apart into partial columns; a JSON column is always written whole. */
const columnsOf = (values: Partial<ArticleRow>) => values as QueryDeepPartialEntity<ArticleRow>;

/** Calls with the same key wait for each other until the transaction ends. */
export async function lockKey(tx: EntityManager, key: string): Promise<void> {
  await tx.sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
}
