import type { EntityManager } from 'typeorm';
import type { Term, TermKind } from './term.entity.js';

export type FoundTerm = Pick<
  Term,
  'id' | 'kind' | 'slug' | 'name' | 'role' | 'portrait' | 'biography' | 'country'
> & {
  /** The id, or the current or an earlier slug, by which it was looked up. */
  readonly asked: string;
  /** Places: the ids of the larger places that it lies in. */
  readonly within: readonly string[];
};

const columns = () =>
  `term.id, term.kind, term.slug, term.name, term.role, term.portrait, term.biography, term.country, ARRAY(
    WITH RECURSIVE larger AS (
      SELECT term.parent_id AS id, 1 AS depth WHERE term.parent_id IS NOT NULL
      UNION ALL SELECT above.parent_id, depth + 1 FROM larger JOIN term AS above ON above.id = larger.id
      WHERE above.parent_id IS NOT NULL AND depth < 10
    ) SELECT id FROM larger) AS within`;

/** Finds terms by current or earlier slugs, and locks them against deletion. */
export async function termsWithSlugs(
  tx: EntityManager,
  asked: readonly { readonly kind: TermKind; readonly slug: string }[],
): Promise<(FoundTerm & { readonly isMerged: boolean })[]> {
  const kinds = asked.map(({ kind }) => kind);
  const slugs = asked.map(({ slug }) => slug);
  return tx.sql`
    SELECT term_slug.slug AS asked, ${columns}, term.merged_into IS NOT NULL AS "isMerged"
    FROM unnest(${kinds}::text[], ${slugs}::text[]) AS wanted(kind, slug) JOIN term_slug USING (kind, slug)
      JOIN term ON term.id = term_slug.term_id FOR KEY SHARE OF term`;
}

/** Finds terms by ids; the id of a merged term finds its replacement. */
export async function termsWithIds(tx: EntityManager, ids: readonly string[]): Promise<FoundTerm[]> {
  return tx.sql`
    SELECT merged.id AS asked, ${columns}
    FROM term AS merged JOIN term ON term.id = coalesce(merged.merged_into, merged.id) WHERE merged.id = ANY(${ids})`;
}
