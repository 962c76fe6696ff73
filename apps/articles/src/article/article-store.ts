import type { EntityManager } from 'typeorm';
import { refuse } from '../problems.js';
import { Article } from './article.entity.js';
import { isCurrent, type Change } from './article.rules.js';

/**
 * Locks an article until the transaction ends; that keeps its events in commit order.
 * @throws Refused `article.unknown`, `article.changed-meanwhile` when somebody changed it since the version `expected`.
 */
export async function lockArticle(tx: EntityManager, id: string, expected: number): Promise<Article> {
  const article = await tx.findOne(Article, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!article) throw refuse('article.unknown');
  if (!isCurrent(article, expected)) throw refuse('article.changed-meanwhile', { version: article.version });
  return article;
}

/** Changes a locked article, here and in the database. */
export async function save(tx: EntityManager, article: Article, change: Change): Promise<void> {
  Object.assign(article, change);
  await tx.update(Article, { id: article.id }, change as never);
}

/** Makes calls with the same key wait for each other until the transaction ends. */
export async function lockKey(tx: EntityManager, key: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [key]);
}
