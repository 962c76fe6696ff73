import type { EntityManager } from 'typeorm';
import type { TermAuditEntry } from './term-audit.js';
import type { TermKind } from './term.entity.js';

/**
 * Entries of the term that the slug finds, and of every term that had this slug, including deleted and merged ones.
 * Newest first.
 * @param before the id of the last entry seen.
 */
export async function termAuditOf(
  db: EntityManager,
  kind: TermKind,
  slug: string,
  { before, limit }: { readonly before?: string; readonly limit: number },
): Promise<TermAuditEntry[]> {
  return db.sql`
    SELECT id, term_id AS "termId", slug, version, did, at, json_build_object('id', by_id, 'name', by_name) AS by, details
    FROM term_audit
    WHERE kind = ${kind} AND (${before}::bigint IS NULL OR id < ${before}::bigint)
      AND (slug = ${slug} OR term_id = (SELECT term_id FROM term_slug WHERE kind = ${kind} AND slug = ${slug}))
    ORDER BY id DESC LIMIT ${limit}`;
}
