import { quoted } from './search-document.js';

/** The lexemes that a clause looks for in the index. */
export interface Lexemes {
  /** Parts of a tsquery for the words themselves. */
  readonly whole: readonly string[];
  /** Parts of a tsquery for their compounds and similar words. */
  readonly loose: readonly string[];
  /** Stems of words, and of parts of compounds, to be highlighted. */
  readonly stems: readonly string[];
  readonly parts: readonly string[];
  /** The words as they are spelled. */
  readonly spellings: readonly string[];
}

/** A query of the index. */
export interface Query {
  /** A tsquery that an article must match. */
  readonly match: string;
  /** A tsquery that ranks the hits. */
  readonly better: string;
  readonly stems: ReadonlySet<string>;
  readonly parts: ReadonlySet<string>;
}

/** @param lists ids of lists that the articles must be in */
export function queryOf(
  alternatives: readonly (readonly Lexemes[])[],
  excluded: readonly Lexemes[],
  lists: readonly string[],
): Query {
  const all = alternatives.flat();
  const match = or(
    alternatives.map((lexemes) => and(lexemes.map(({ whole, loose }) => or([...whole, ...loose])))),
  );
  return {
    match: and([
      match,
      ...lists.map((id) => quoted(`@${id}`)),
      ...excluded.map(({ whole }) => `!${or(whole)}`),
    ]),
    better: or(
      all.flatMap(({ whole, loose, spellings }) => [
        ...(whole.length > 0 ? whole : loose),
        ...spellings.map((spelling) => quoted(`=${spelling}`)),
      ]),
    ),
    stems: new Set(all.flatMap(({ stems }) => stems)),
    parts: new Set(all.flatMap(({ parts }) => parts)),
  };
}

const or = (queries: readonly string[]): string => `(${[...new Set(queries)].join(' | ')})`;
const and = (queries: readonly string[]): string => `(${queries.join(' & ')})`;

/** A phrase of lexemes at their positions; any words may fill the gaps. */
export function phraseQuery(places: readonly (readonly [at: number, lexeme: string])[]): string {
  const [first, ...rest] = places;
  let query = quoted(first![1]);
  let last = first![0];
  for (const [at, lexeme] of rest) {
    query += ` <${at - last}> ${quoted(lexeme)}`;
    last = at;
  }
  return `(${query})`;
}
