import type { EntityManager } from 'typeorm';
import { lockKey } from '../article/lock-key.js';
import { Term, type TermKind } from './term.entity.js';

/**
 * Serializes changes to terms of one kind until the transaction ends, so that each sees the effects of earlier ones:
 * merged parents, claimed slugs, moved places.
 */
export const lockTerms = (tx: EntityManager, kind: TermKind): Promise<void> => lockKey(tx, `terms ${kind}`);

/** Waits for transactions that write articles naming the term, so that later statements find them. */
export async function awaitArticlesNaming(tx: EntityManager, { id }: Term): Promise<void> {
  await tx.sql`SELECT FROM term WHERE id = ${id} FOR UPDATE`;
}

/** Stores a new term with its slug. The caller has locked its kind, and no term has or had the slug. */
export async function insertTerm(tx: EntityManager, term: Term): Promise<void> {
  await tx.insert(Term, term);
  await addSlug(tx, term, term.slug);
}

/** Changes a term in memory and in the database. */
export async function saveTerm(tx: EntityManager, term: Term, change: Partial<Term>): Promise<void> {
  const all = { ...change, version: term.version + 1 };
  await tx.update(Term, { id: term.id }, all);
  Object.assign(term, all);
}

/** Adds a slug by which the term is found. */
export async function addSlug(
  tx: EntityManager,
  { id, kind }: Pick<Term, 'id' | 'kind'>,
  slug: string,
): Promise<void> {
  await tx.sql`
    INSERT INTO term_slug (kind, slug, term_id) VALUES (${kind}, ${slug}, ${id}) ON CONFLICT DO NOTHING`;
}

/** Points every slug of a merged term, and every term that was merged into it, to `target`. */
export async function moveSlugs(tx: EntityManager, merged: Term, target: Term): Promise<void> {
  await tx.sql`UPDATE term_slug SET term_id = ${target.id} WHERE term_id = ${merged.id}`;
  await tx.sql`UPDATE term SET merged_into = ${target.id} WHERE merged_into = ${merged.id}`;
}
