import type { EntityManager } from 'typeorm';
import { refuse } from '../problems.js';
import { Term, termKinds, type TermKind } from './term.entity.js';
import { termResponse, type PublicTerm, type TermResponse } from './terms.dto.js';

/** Finds a term by its current or an earlier slug. */
export async function findTerm(db: EntityManager, kind: TermKind, slug: string): Promise<Term | null> {
  const [row] = await db.sql<{ id: string }[]>`
    SELECT term_id AS id FROM term_slug WHERE kind = ${kind} AND slug = ${slug}`;
  return row ? db.findOneBy(Term, { id: row.id }) : null;
}

/** Finds a term by its current or an earlier slug. @throws Refused `term.not-found`. */
export async function needTerm(db: EntityManager, kind: TermKind, slug: string): Promise<Term> {
  const term = await findTerm(db, kind, slug);
  if (!term) throw refuse('term.not-found', { kind, slug });
  return term;
}

/** The slug of the larger place that a term lies in. */
export async function parentSlugOf(db: EntityManager, { parentId }: Term): Promise<string | undefined> {
  return parentId ? (await db.findOneBy(Term, { id: parentId }))?.slug : undefined;
}

/** Whether a term equals `within` or lies in it, at any depth. */
export async function liesIn(db: EntityManager, termId: string, within: string): Promise<boolean> {
  const [{ lies }] = await db.sql<[{ lies: boolean }]>`
    WITH RECURSIVE larger AS (
      SELECT ${termId}::uuid AS id
      UNION SELECT term.parent_id FROM larger JOIN term USING (id) WHERE parent_id IS NOT NULL
    ) SELECT EXISTS (SELECT FROM larger WHERE id = ${within}) AS lies`;
  return lies;
}

/** How many articles and places refer to a term. Only an unused term can be deleted. */
export async function usesOf(db: EntityManager, id: string): Promise<{ articles: number; places: number }> {
  const [used] = await db.sql<[{ articles: number; places: number }]>`
    SELECT (SELECT count(*)::int FROM article WHERE term_ids @> ARRAY[${id}::uuid]) AS articles,
      (SELECT count(*)::int FROM term WHERE parent_id = ${id}) AS places`;
  return used;
}

/** SQL: whether anything is published under the term. Until then, readers do not see it. */
const isListed = () => `EXISTS (SELECT FROM listing WHERE list_id = term.id)`;

/**
 * Terms in the order of creation, with the slug of the larger place. Readers get only the terms under which something is
 * published.
 * @throws Refused `list.bad-cursor`.
 */
export async function listTerms(
  db: EntityManager,
  kind: TermKind,
  { after, limit }: { readonly after?: string; readonly limit: number },
  { forReaders }: { readonly forReaders: boolean },
): Promise<{ term: Term; parent?: string }[]> {
  const last = after === undefined ? undefined : await findTerm(db, kind, after);
  if (last === null) throw refuse('list.bad-cursor');
  const query = db
    .createQueryBuilder(Term, 'term')
    .where('term.kind = :kind AND term.mergedInto IS NULL', { kind })
    .orderBy('term.id')
    .limit(limit);
  if (forReaders) query.andWhere(isListed());
  if (last) query.andWhere('term.id > :last', { last: last.id });
  const terms = await query.getMany();
  const parents = await slugsOf(
    db,
    terms.flatMap(({ parentId }) => parentId ?? []),
  );
  return terms.map((term) => ({ term, parent: parents.get(term.parentId ?? '') }));
}

async function slugsOf(db: EntityManager, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.sql<Pick<Term, 'id' | 'slug'>[]>`SELECT id, slug FROM term WHERE id = ANY(${ids})`;
  return new Map(rows.map(({ id, slug }) => [id, slug]));
}

/** A term that a list is filtered by. */
export type ListedTerm = TermResponse & { readonly kind: TermKind };

/**
 * The terms that readers filter a list by.
 * @throws Refused `term.not-found` (also while nothing is published under it), `term.moved` for an earlier slug.
 */
export async function filterTerms(
  db: EntityManager,
  request: Readonly<Partial<Record<TermKind, string>>>,
): Promise<ListedTerm[]> {
  const asked = termKinds.flatMap((kind) =>
    request[kind] === undefined ? [] : [{ kind, slug: request[kind] }],
  );
  if (asked.length === 0) return [];
  const kinds = asked.map(({ kind }) => kind);
  const slugs = asked.map(({ slug }) => slug);
  const rows = await db.sql<(PublicTerm & { asked: string; parent: string | null; isListed: boolean })[]>`
    SELECT term.id, term.kind, term.slug, term.name, term.role, term.portrait, term.biography, term.country,
      term_slug.slug AS asked, larger.slug AS parent, ${isListed} AS "isListed"
    FROM unnest(${kinds}::text[], ${slugs}::text[]) AS wanted(kind, slug) JOIN term_slug USING (kind, slug)
      JOIN term ON term.id = term_slug.term_id LEFT JOIN term AS larger ON larger.id = term.parent_id`;
  return asked.map(({ kind, slug }) => {
    const row = rows.find((one) => one.kind === kind && one.asked === slug);
    if (!row) throw refuse('term.not-found', { kind, slug });
    if (row.slug !== slug) throw refuse('term.moved', { kind, slug: row.slug });
    if (!row.isListed) throw refuse('term.not-found', { kind, slug });
    return { kind, ...termResponse(row, row.parent ?? undefined) };
  });
}
