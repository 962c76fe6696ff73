import type { EntityManager } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import type { ArticleDraft } from '../article/article-content.js';
import type { SnapshotNames } from '../article/article.rules.js';
import { refuse } from '../problems.js';
import { fieldOf, termKinds, type Term, type TermKind } from './term.entity.js';

type Row = Pick<Term, 'id' | 'kind' | 'slug' | 'name' | 'role' | 'portrait' | 'biography' | 'country'> & {
  /** The slug or id it was asked for by; an earlier slug finds the term, too. */
  readonly asked: string;
  /** Places: the larger places it lies in. */
  readonly within: readonly string[];
};

const columns = `term.id, term.kind, term.slug, term.name, term.role, term.portrait, term.biography, term.country`;
const within = `ARRAY(
  WITH RECURSIVE larger AS (
    SELECT term.parent_id AS id, 1 AS depth WHERE term.parent_id IS NOT NULL
    UNION ALL SELECT above.parent_id, depth + 1 FROM larger JOIN term AS above ON above.id = larger.id
    WHERE above.parent_id IS NOT NULL AND depth < 10
  ) SELECT id FROM larger) AS within`;

/** Looks for terms that are merged just then; each finds a later one in their place. */
const LOOKS = 5;

/** The terms that some articles name, looked up together and locked against being deleted meanwhile. */
export class Names {
  private constructor(private readonly terms: ReadonlyMap<string, Row>) {}

  static async in(tx: EntityManager, drafts: readonly ArticleDraft[]): Promise<Names> {
    const named = drafts.flatMap((draft) =>
      termKinds.flatMap((kind) =>
        slugsOf(draft, kind).map((slug) => [`${kind} ${slug}`, { kind, slug }] as const),
      ),
    );
    if (named.length === 0) return new Names(new Map());
    const asked = [...new Map(named).values()];
    const find = (): Promise<(Row & { isMerged: boolean })[]> =>
      tx.query(
        `SELECT term_slug.slug AS asked, ${columns}, term.merged_into IS NOT NULL AS "isMerged", ${within}
         FROM unnest($1::text[], $2::text[]) AS wanted(kind, slug) JOIN term_slug USING (kind, slug)
           JOIN term ON term.id = term_slug.term_id FOR KEY SHARE OF term`,
        [asked.map(({ kind }) => kind), asked.map(({ slug }) => slug)],
      );
    let rows = await find();
    // While it waited for the lock the term was merged, and its slugs lead to another one now.
    for (let looks = 1; looks < LOOKS && rows.some(({ isMerged }) => isMerged); looks++) rows = await find();
    return new Names(new Map(rows.map((row) => [`${row.kind} ${row.asked}`, row])));
  }

  /** The present names of published snapshots: renamed terms under their new names, merged ones replaced. */
  static async again(tx: EntityManager, snapshots: readonly ArticleSnapshot[]): Promise<Names> {
    const ids = new Set(snapshots.flatMap(idsOf));
    const rows: Row[] = await tx.query(
      `SELECT merged.id AS asked, ${columns}, ${within}
       FROM term AS merged JOIN term ON term.id = coalesce(merged.merged_into, merged.id) WHERE merged.id = ANY($1)`,
      [[...ids]],
    );
    return new Names(new Map(rows.map((row) => [row.asked, row])));
  }

  /** @throws Refused `term.unknown` with a pointer for each slug that nothing is known by. */
  check(draft: ArticleDraft): void {
    const errors = termKinds.flatMap((kind) =>
      slugsOf(draft, kind).flatMap((slug, i) =>
        this.terms.has(`${kind} ${slug}`)
          ? []
          : [
              {
                pointer: `/${fieldOf[kind]}${kind === 'section' ? '' : `/${i}`}`,
                detail: `there is no ${kind} «${slug}»`,
              },
            ],
      ),
    );
    if (errors.length > 0) throw refuse('term.unknown', { errors });
  }

  /** What the snapshot carries; of an incomplete draft the names are incomplete, too. */
  of(draft: ArticleDraft | null): SnapshotNames {
    const find = (kind: TermKind) => slugsOf(draft, kind).map((slug) => this.terms.get(`${kind} ${slug}`)!);
    return namesOf(find('author'), find('section')[0], find('topic'), find('place'));
  }

  /** What a snapshot carries now. Terms that were deleted stay as they are in it. */
  ofSnapshot({ byline, section, topics, places }: ArticleSnapshot): SnapshotNames {
    const find = <T extends { id: string }>(terms: readonly T[]) =>
      terms.map((term) => this.terms.get(term.id) ?? (term as unknown as Row));
    return namesOf(find(byline), find([section])[0], find(topics), find(places));
  }

  /** The draft with the slugs that its terms have now. */
  current(draft: ArticleDraft): ArticleDraft {
    const slugs = (kind: TermKind) => [
      ...new Set(slugsOf(draft, kind).map((slug) => this.terms.get(`${kind} ${slug}`)?.slug ?? slug)),
    ];
    const [section] = slugs('section');
    return { ...draft, section, topics: slugs('topic'), places: slugs('place'), authors: slugs('author') };
  }

  /** The terms that some contents of an article, and what of it is public, name. */
  idsIn(contents: readonly ArticleDraft[], snapshot?: ArticleSnapshot | null): string[] {
    const ids = contents.flatMap((content) =>
      termKinds.flatMap((kind) =>
        slugsOf(content, kind).flatMap((slug) => this.terms.get(`${kind} ${slug}`)?.id ?? []),
      ),
    );
    return [...new Set([...ids, ...(snapshot ? idsOf(snapshot) : [])])];
  }

  /** The lists in which an article with these names stands: those of its terms and of the larger places. */
  listsOf(names: SnapshotNames): string[] {
    const rows = [...this.terms.values()];
    const larger = names.places.flatMap(({ id }) => rows.find((row) => row.id === id)?.within ?? []);
    return [...new Set([...idsOf(names), ...larger])];
  }
}

const idsOf = ({ byline, section, topics, places }: SnapshotNames): string[] =>
  [...byline, section, ...topics, ...places].map(({ id }) => id);

const slugsOf = (draft: ArticleDraft | null, kind: TermKind): readonly string[] => {
  const named = draft?.[fieldOf[kind]];
  return named === undefined ? [] : typeof named === 'string' ? [named] : named;
};

const namesOf = (byline: Row[], section: Row | undefined, topics: Row[], places: Row[]): SnapshotNames => ({
  byline: once(byline).map(({ id, slug, name, role, portrait, biography }) => ({
    id,
    slug,
    name,
    ...(role && { role }),
    ...(portrait && { portrait }),
    ...(biography && { biography }),
  })),
  // Only incomplete drafts have none, and these are refused before anybody looks at it.
  section: section ? termOf(section) : (undefined as never),
  topics: once(topics).map(termOf),
  places: once(places).map(termOf),
});

const termOf = ({ id, slug, name }: Row) => ({ id, slug, name });
/** Two slugs may lead to one term after a merger. */
const once = (rows: Row[]): Row[] => [...new Map(rows.map((row) => [row.id, row])).values()];
