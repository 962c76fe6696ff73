import type { EntityManager } from 'typeorm';
import type { By } from '../article/audit.js';
import type { Term, TermKind } from './term.entity.js';

/** Who did what to a term, and when. */
export interface TermAuditEntry {
  readonly id: string;
  readonly termId: string;
  /** As it was before the act. */
  readonly slug: string;
  /** The version that came of it. */
  readonly version: number;
  readonly did: TermAct;
  readonly at: Date;
  readonly by: By;
  /** More about it, by act: what was changed from what to what, where a merged term went. */
  readonly details: Readonly<Record<string, unknown>>;
}

export type TermAct = 'create' | 'change' | 'rename' | 'merge' | 'delete';

/** Writes a line in the transaction of the act itself. */
export async function auditTerm(
  tx: EntityManager,
  by: By,
  did: TermAct,
  { id, kind, slug, version }: Pick<Term, 'id' | 'kind' | 'slug' | 'version'>,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await tx.query(
    `INSERT INTO term_audit (term_id, kind, slug, version, did, by_id, by_name, details)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, kind, slug, version, did, by.id, by.name, JSON.stringify(details)],
  );
}

/**
 * Of the term that the slug leads to, and of any that had it, deleted and merged ones included. Newest first.
 * @param before the id of the last entry seen.
 */
export async function termAuditOf(
  db: EntityManager,
  kind: TermKind,
  slug: string,
  { before, limit }: { before?: string; limit: number },
): Promise<TermAuditEntry[]> {
  return db.query(
    `SELECT id, term_id AS "termId", slug, version, did, at, json_build_object('id', by_id, 'name', by_name) AS by, details FROM term_audit
     WHERE kind = $1 AND ($3::bigint IS NULL OR id < $3)
       AND (slug = $2 OR term_id = (SELECT term_id FROM term_slug WHERE kind = $1 AND slug = $2))
     ORDER BY id DESC LIMIT $4`,
    [kind, slug, before ?? null, limit],
  );
}
