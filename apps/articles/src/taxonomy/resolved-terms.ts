import type { EntityManager } from 'typeorm';
import type { ArticleDraft } from '#api';
import type { ArticleSnapshot } from '#events';
import type { SnapshotNames, Terms } from '../article/article.rules.js';
import type { CompleteText } from '../article/complete-text.js';
import { refuse } from '../problems.js';
import { fieldOf, termKinds, type Term, type TermKind } from './term.entity.js';
import { termsWithIds, termsWithSlugs, type FoundTerm } from './resolved-terms.queries.js';

/** Maximum lookups while a term is being merged. */
const LOOKS = 5;

/** The terms that some articles name, looked up together. */
export class ResolvedTerms implements Terms {
  private constructor(private readonly terms: ReadonlyMap<string, FoundTerm>) {}

  /** The terms that drafts name, locked against deletion until the transaction ends. */
  static async forDrafts(tx: EntityManager, drafts: readonly ArticleDraft[]): Promise<ResolvedTerms> {
    const named = drafts.flatMap((draft) =>
      termKinds.flatMap((kind) =>
        slugsOf(draft, kind).map((slug) => [keyOf(kind, slug), { kind, slug }] as const),
      ),
    );
    if (named.length === 0) return new ResolvedTerms(new Map());
    const asked = [...new Map(named).values()];
    let found = await termsWithSlugs(tx, asked);
    // A term that was merged while this query waited for its lock has lost its slugs to the target.
    for (let looks = 1; looks < LOOKS && found.some(({ isMerged }) => isMerged); looks++) {
      found = await termsWithSlugs(tx, asked);
    }
    return new ResolvedTerms(new Map(found.map((term) => [keyOf(term.kind, term.asked), term])));
  }

  /** The terms of published snapshots as they are now: renamed ones under their new names, merged ones replaced. */
  static async forSnapshots(
    tx: EntityManager,
    snapshots: readonly ArticleSnapshot[],
  ): Promise<ResolvedTerms> {
    const found = await termsWithIds(tx, [...new Set(snapshots.flatMap(idsOf))]);
    return new ResolvedTerms(new Map(found.map((term) => [term.asked, term])));
  }

  /** @throws Refused `term.unknown` with a pointer per unknown slug. */
  mustKnowAllOf(draft: ArticleDraft): void {
    const errors = termKinds.flatMap((kind) =>
      slugsOf(draft, kind).flatMap((slug, i) =>
        this.terms.has(keyOf(kind, slug))
          ? []
          : [
              {
                pointer: `/${fieldOf[kind]}${kind === 'section' ? '' : `/${i}`}`,
                detail: `there is no ${kind} "${slug}"`,
              },
            ],
      ),
    );
    if (errors.length > 0) throw refuse('term.unknown', { errors });
  }

  /** The names that the snapshot of a complete text carries. @throws Refused `term.unknown`. */
  namesOf(text: CompleteText): SnapshotNames {
    const find = (kind: TermKind) => slugsOf(text, kind).map((slug) => this.need(kind, slug));
    return namesOf({
      byline: find('author'),
      section: this.need('section', text.section),
      topics: find('topic'),
      places: find('place'),
    });
  }

  /** The names that a snapshot carries now. Deleted terms keep the names that they had. */
  presentNamesOf({ byline, section, topics, places }: ArticleSnapshot): SnapshotNames {
    const present = (term: Named): Named => this.terms.get(term.id) ?? term;
    return namesOf({
      byline: byline.map(present),
      section: present(section),
      topics: topics.map(present),
      places: places.map(present),
    });
  }

  /** The draft with the current slugs of its terms. */
  withPresentSlugs(draft: ArticleDraft): ArticleDraft {
    const slugs = (kind: TermKind) => [
      ...new Set(slugsOf(draft, kind).map((slug) => this.terms.get(keyOf(kind, slug))?.slug ?? slug)),
    ];
    const [section] = slugs('section');
    return { ...draft, section, topics: slugs('topic'), places: slugs('place'), authors: slugs('author') };
  }

  /** The ids of the terms that some contents of an article, and its public snapshot, name. */
  idsIn(contents: readonly ArticleDraft[], snapshot?: ArticleSnapshot | null): string[] {
    const ids = contents.flatMap((content) =>
      termKinds.flatMap((kind) =>
        slugsOf(content, kind).flatMap((slug) => this.terms.get(keyOf(kind, slug))?.id ?? []),
      ),
    );
    return [...new Set([...ids, ...(snapshot ? idsOf(snapshot) : [])])];
  }

  /** The lists that an article with these names is in: those of its terms and of the larger places. */
  listsOf(names: SnapshotNames): string[] {
    const terms = [...this.terms.values()];
    const larger = names.places.flatMap(({ id }) => terms.find((term) => term.id === id)?.within ?? []);
    return [...new Set([...idsOf(names), ...larger])];
  }

  private need(kind: TermKind, slug: string): FoundTerm {
    const term = this.terms.get(keyOf(kind, slug));
    if (!term) throw refuse('term.unknown', { kind, slug });
    return term;
  }
}

const keyOf = (kind: TermKind, slug: string): string => `${kind} ${slug}`;

const idsOf = ({ byline, section, topics, places }: SnapshotNames): string[] =>
  [...byline, section, ...topics, ...places].map(({ id }) => id);

const slugsOf = (
  content: Pick<ArticleDraft, (typeof fieldOf)[TermKind]>,
  kind: TermKind,
): readonly string[] => {
  const named = content[fieldOf[kind]];
  return named === undefined ? [] : typeof named === 'string' ? [named] : named;
};

/** A term from the table or from a snapshot. */
type Named = Pick<Term, 'id' | 'slug' | 'name'> & {
  readonly [field in 'role' | 'portrait' | 'biography']?: string | null | undefined;
};

const namesOf = (terms: {
  readonly byline: readonly Named[];
  readonly section: Named;
  readonly topics: readonly Named[];
  readonly places: readonly Named[];
}): SnapshotNames => ({
  byline: once(terms.byline).map(({ id, slug, name, role, portrait, biography }) => ({
    id,
    slug,
    name,
    ...(role && { role }),
    ...(portrait && { portrait }),
    ...(biography && { biography }),
  })),
  section: nameOf(terms.section),
  topics: once(terms.topics).map(nameOf),
  places: once(terms.places).map(nameOf),
});

const nameOf = ({ id, slug, name }: Named) => ({ id, slug, name });
/** Two slugs may belong to one term after a merge. */
const once = (terms: readonly Named[]): Named[] => [
  ...new Map(terms.map((term) => [term.id, term])).values(),
];
