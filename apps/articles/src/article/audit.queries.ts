import type { EntityManager } from 'typeorm';
import type { AuditEntry } from './audit.js';

/**
 * Newest first. Entries of older releases contain `retell` for `term-changed`, until a `-contract` migration rewrites them.
 * @param before the id of the last entry seen.
 */
export async function auditOf(
  db: EntityManager,
  articleId: string,
  { before, limit }: { readonly before?: string; readonly limit: number },
): Promise<AuditEntry[]> {
  return db.sql<AuditEntry[]>`
    SELECT id, article_id AS "articleId", version, CASE did WHEN 'retell' THEN 'term-changed' ELSE did END AS did, at,
      json_build_object('id', by_id, 'name', by_name) AS by, details
    FROM audit WHERE article_id = ${articleId} AND (${before}::bigint IS NULL OR id < ${before}::bigint)
    ORDER BY id DESC LIMIT ${limit}`;
}
