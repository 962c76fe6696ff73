import { splitUp, wordsAround, type Db, type KnownWord } from './vocabulary.js';
import { errorsIn, keysOf, nearest, slipInside, type Stemmed } from './typos.rules.js';

/** Words per query for which similar ones are looked up: each costs the database some milliseconds. */
export const WORDS_AT_ONCE = 5;
/** Similar words to try per word. */
const ALTERNATIVES = 4;
/** Known words to compare with a typo, and to test as compounds of it. */
const CANDIDATES = 100;
const AROUND = 40;
const SHORTEST_PART = 4;
/** Fewest letters of a word that also finds longer words starting with it. */
const SHORTEST_START = 6;

/** Guesses at the meaning of an unknown word. */
export interface Suggestions {
  /** Words that it may be a typo of, compounds of it, and longer words that start with it. */
  readonly words: readonly KnownWord[];
  /** Stems of its own parts, first the two that it is split into. */
  readonly parts: readonly string[];
}

/** Guesses what unknown words mean, by their forms. @param typed at most {@link WORDS_AT_ONCE} */
export async function suggestionsFor(db: Db, typed: readonly Stemmed[]): Promise<Map<string, Suggestions>> {
  const near = await neighboursOf(db, typed);
  const parts = typed.map(({ form }) => form).filter((form) => form.length >= SHORTEST_PART);
  const around = await wordsAround(db, parts, AROUND);
  const splits = await splitUp(db, [...new Set([...parts, ...around.map(({ form }) => form)])], parts);
  return new Map(
    typed.map((word) => [
      word.form,
      {
        words: [
          ...nearest(word, near.get(word.form) ?? [], ALTERNATIVES),
          ...around.filter(
            ({ form }) =>
              splits.get(form)?.words.has(word.form) ||
              (word.form.length >= SHORTEST_START && form.startsWith(word.form)),
          ),
        ],
        parts: [...(splits.get(word.form)?.words.values() ?? [])],
      },
    ]),
  );
}

/** Known words that differ from these by letters omitted, added or swapped inside. */
export async function slipsOf(db: Db, typed: readonly Stemmed[]): Promise<Map<string, KnownWord[]>> {
  const near = await neighboursOf(db, typed);
  return new Map(
    typed.map((word) => {
      const slips = (near.get(word.form) ?? []).filter(({ form }) => slipInside(word.form, form));
      return [word.form, nearest(word, slips, ALTERNATIVES)];
    }),
  );
}

/** Known words that share a deletion key with each of these. */
async function neighboursOf(db: Db, typed: readonly Stemmed[]): Promise<Map<string, KnownWord[]>> {
  const asked = typed
    .filter(({ form }) => errorsIn(form) > 0 && form.length <= 40)
    .map(({ form, stem }) => ({
      typed: form,
      typed_stem: stem,
      keys: keysOf(form),
      most: errorsIn(form) + 1,
    }));
  if (asked.length === 0) return new Map();
  // Swapped letters count as two edits here; the rules in `typos.rules.ts` decide.
  const rows = await db.sql<(KnownWord & { typed: string })[]>`
    SELECT typed, near.form, near.spelling, near.stem
    FROM json_to_recordset(${JSON.stringify(asked)}) AS asked(typed text, typed_stem text, keys text[], most int), LATERAL (
      SELECT form, spelling, stem,
        least(levenshtein_less_equal(form, typed, most), levenshtein_less_equal(stem, typed_stem, most)) AS edits
      FROM search_vocabulary WHERE deletions && keys AND form <> typed
      ORDER BY edits LIMIT ${CANDIDATES}
    ) AS near WHERE edits <= most`;
  return Map.groupBy(rows, (row) => row.typed);
}
