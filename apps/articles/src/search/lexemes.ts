import { pluralsOf, type Clause } from './query.rules.js';
import { quoted } from './search-document.js';
import { phraseQuery, type Lexemes } from './tsquery.rules.js';
import type { KnownWord, Words } from './vocabulary.js';

/**
 * The lexemes that a clause looks for in the index.
 * @param withCapitals whether to search for "ALS", although "als" is a stop word.
 * @returns undefined when the clause has only stop words.
 */
export function lexemesOf(clause: Clause, words: Words, withCapitals: boolean): Lexemes | undefined {
  const { tokens, asOne, withNext } = clause;
  const stemOf = (spelling: string) => words.get(spelling)?.stem;
  const places = tokens.flatMap((token, at) => {
    const stem = stemOf(token.spelling) ?? (withCapitals && token.acronym ? token.form : undefined);
    return stem === undefined ? [] : [[at, stem] as const];
  });
  const one = asOne && stemOf(asOne.spelling);
  if (places.length === 0 && one === undefined) return undefined;
  const whole = [
    ...(places.length > 0 ? [phraseQuery(places)] : []),
    ...(one === undefined ? [] : [quoted(one)]),
  ];
  if (clause.phrase) {
    return { whole, loose: [], stems: places.map(([, stem]) => stem), parts: [], spellings: [] };
  }
  const pairs = withNext.flatMap(({ spelling }) => stemOf(spelling) ?? []);
  const plurals = tokens.length > 1 ? [] : pluralsOf(tokens[0]!.form).flatMap((form) => stemOf(form) ?? []);
  const parts = one !== undefined ? [one] : places.length === 1 ? [places[0]![1]] : [];
  return {
    whole,
    loose: [...[...pairs, ...plurals].map(quoted), ...parts.map((part) => quoted(`+${part}`))],
    stems: [
      ...(one === undefined ? [] : [one]),
      // The "E" of "E-Bike" alone is not a hit.
      ...places.map(([, stem]) => stem).filter((stem) => one === undefined || stem.length > 1),
      ...pairs,
      ...plurals,
    ],
    parts,
    spellings: asOne ? [asOne.spelling] : tokens.map(({ spelling }) => spelling),
  };
}

/** The clause, or any of these words or their compounds. */
export const orWords = (lexemes: Lexemes, words: readonly KnownWord[]): Lexemes => ({
  ...orParts(
    lexemes,
    words.map(({ stem }) => stem),
    'any',
  ),
  spellings: [...lexemes.spellings, ...words.map(({ spelling }) => spelling)],
});

/** The clause, or `which` (all or any) of these words or their compounds. */
export const orParts = (lexemes: Lexemes, stems: readonly string[], which: 'all' | 'any'): Lexemes =>
  stems.length === 0
    ? lexemes
    : {
        ...lexemes,
        loose: [...lexemes.loose, `(${stems.map(wordOrPart).join(which === 'all' ? ' & ' : ' | ')})`],
        stems: [...lexemes.stems, ...stems],
        parts: [...lexemes.parts, ...stems],
      };

const wordOrPart = (stem: string): string => `(${quoted(stem)} | ${quoted(`+${stem}`)})`;
