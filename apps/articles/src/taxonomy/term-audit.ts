import type { EntityManager } from 'typeorm';
import type { ActorRef } from '../article/audit.js';
import type { Term } from './term.entity.js';

/** Who did what to a term, and when. */
export interface TermAuditEntry {
  readonly id: string;
  readonly termId: string;
  /** The slug before the act. */
  readonly slug: string;
  /** The version that the act created. */
  readonly version: number;
  readonly did: TermAct;
  readonly at: Date;
  readonly by: ActorRef;
  /** Depends on the act: the old and new values of a change, the target of a merge. */
  readonly details: Readonly<Record<string, unknown>>;
}

export type TermAct = 'create' | 'change' | 'rename' | 'merge' | 'delete';

/** Writes an entry in the transaction of the act itself. */
export async function auditTerm(
  tx: EntityManager,
  by: ActorRef,
  did: TermAct,
  { id, kind, slug, version }: Pick<Term, 'id' | 'kind' | 'slug' | 'version'>,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await tx.sql`
    INSERT INTO term_audit (term_id, kind, slug, version, did, by_id, by_name, details)
    VALUES (${id}, ${kind}, ${slug}, ${version}, ${did}, ${by.id}, ${by.name}, ${JSON.stringify(details)})`;
}
