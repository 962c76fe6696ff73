import type { EntityManager } from 'typeorm';
import { lockKey } from '../article/article-store.js';
import { refuse } from '../problems.js';
import { isListed } from '../lists/listing.js';
import { Term, termKinds, type TermKind } from './term.entity.js';
import { termResponse, type TermResponse } from './term.rules.js';

/**
 * Makes changes of terms of one kind wait for each other until the transaction ends, so that each sees what the ones
 * before it did: merged parents, claimed slugs, places that lie in one another.
 */
export const lockTerms = (tx: EntityManager, kind: TermKind): Promise<void> => lockKey(tx, `terms ${kind}`);

/** By the slug it has or had. */
export async function findTerm(tx: EntityManager, kind: TermKind, slug: string): Promise<Term | null> {
  const [row]: { term_id: string }[] = await tx.query(
    `SELECT term_id FROM term_slug WHERE kind = $1 AND slug = $2`,
    [kind, slug],
  );
  return row ? tx.findOneBy(Term, { id: row.term_id }) : null;
}

/** By the slug it has or had. @throws Refused `term.not-found`. */
export async function needTerm(tx: EntityManager, kind: TermKind, slug: string): Promise<Term> {
  const term = await findTerm(tx, kind, slug);
  if (!term) throw refuse('term.not-found', { kind, slug });
  return term;
}

/** The slug of the larger place that a term lies in. */
export async function parentSlugOf(tx: EntityManager, { parentId }: Term): Promise<string | undefined> {
  return parentId ? (await tx.findOneBy(Term, { id: parentId }))?.slug : undefined;
}

/** Whether a term is `within` itself, or a place that lies in it, however deep. */
export async function liesIn(tx: EntityManager, termId: string, within: string): Promise<boolean> {
  const [{ lies }]: [{ lies: boolean }] = await tx.query(
    `WITH RECURSIVE larger AS (
       SELECT $1::uuid AS id UNION SELECT term.parent_id FROM larger JOIN term USING (id) WHERE parent_id IS NOT NULL
     ) SELECT EXISTS (SELECT FROM larger WHERE id = $2) AS lies`,
    [termId, within],
  );
  return lies;
}

/** Stores a new term with its slug. The terms of its kind are locked, and none has or had the slug. */
export async function insertTerm(tx: EntityManager, term: Term): Promise<void> {
  await tx.insert(Term, term);
  await addSlug(tx, term, term.slug);
}

/** One more slug by which the term is found. */
export async function addSlug(
  tx: EntityManager,
  { id, kind }: Pick<Term, 'id' | 'kind'>,
  slug: string,
): Promise<void> {
  await tx.query(`INSERT INTO term_slug (kind, slug, term_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [
    kind,
    slug,
    id,
  ]);
}

/** What names a term, so that it cannot be deleted. */
export async function usesOf(tx: EntityManager, id: string): Promise<{ articles: number; places: number }> {
  const [used]: [{ articles: string; places: string }] = await tx.query(
    `SELECT (SELECT count(*) FROM article WHERE term_ids @> ARRAY[$1::uuid]) AS articles,
       (SELECT count(*) FROM term WHERE parent_id = $1) AS places`,
    [id],
  );
  return { articles: Number(used.articles), places: Number(used.places) };
}

/** In the order in which they were created, for readers those that something is published under, with the slug of their larger place. @throws Refused `list.bad-cursor`. */
export async function listTerms(
  db: EntityManager,
  kind: TermKind,
  { after, limit }: { after?: string; limit: number },
  { forReaders }: { forReaders: boolean },
): Promise<{ term: Term; parent?: string }[]> {
  const last = after === undefined ? undefined : await findTerm(db, kind, after);
  if (last === null) throw refuse('list.bad-cursor');
  const query = db
    .createQueryBuilder(Term, 'term')
    .where('term.kind = :kind AND term.mergedInto IS NULL', { kind })
    .orderBy('term.id')
    .limit(limit);
  if (forReaders) query.andWhere(isListed('term'));
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
  const rows: Pick<Term, 'id' | 'slug'>[] = await db.query(`SELECT id, slug FROM term WHERE id = ANY($1)`, [
    ids,
  ]);
  return new Map(rows.map(({ id, slug }) => [id, slug]));
}

/**
 * The terms that readers filter a list by.
 * @throws Refused `term.not-found` (also while nothing is published under it), `term.moved` for an earlier slug.
 */
export async function filterTerms(
  db: Pick<EntityManager, 'query'>,
  request: Readonly<Partial<Record<TermKind, string>>>,
): Promise<(TermResponse & { kind: TermKind })[]> {
  const asked = termKinds.flatMap((kind) =>
    request[kind] === undefined ? [] : [{ kind, slug: request[kind] }],
  );
  if (asked.length === 0) return [];
  const rows: (Term & { asked: string; parent: string | null; isListed: boolean })[] = await db.query(
    `SELECT term.*, term_slug.slug AS asked, larger.slug AS parent, ${isListed('term')} AS "isListed"
     FROM unnest($1::text[], $2::text[]) AS wanted(kind, slug) JOIN term_slug USING (kind, slug)
       JOIN term ON term.id = term_slug.term_id LEFT JOIN term AS larger ON larger.id = term.parent_id`,
    [asked.map(({ kind }) => kind), asked.map(({ slug }) => slug)],
  );
  return asked.map(({ kind, slug }) => {
    const row = rows.find((one) => one.kind === kind && one.asked === slug);
    if (!row) throw refuse('term.not-found', { kind, slug });
    if (row.slug !== slug) throw refuse('term.moved', { kind, slug: row.slug });
    if (!row.isListed) throw refuse('term.not-found', { kind, slug });
    return { kind, ...termResponse(row, row.parent ?? undefined) };
  });
}
