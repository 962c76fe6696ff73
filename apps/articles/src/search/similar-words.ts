import { splitUp, wordsAround, type Db, type Known } from './vocabulary.js';
import { errorsIn, keysOf, nearest, slipInside } from './typos.rules.js';

/** Words of one query that others are looked for: each costs the database some milliseconds. */
export const WORDS_AT_ONCE = 5;
/** Words tried in place of one. */
const ALTERNATIVES = 4;
/** Known words that are compared with a mistyped one, and that are looked at for being its compounds. */
const CANDIDATES = 100;
const AROUND = 40;
const SHORTEST_PART = 4;

/** What a word that no article has may be about. */
export interface Meant {
  /** Words that it is mistyped for, and compounds of it. */
  readonly words: readonly Known[];
  /** Stems of the words that it is itself made of; of these, first the two that make it up. */
  readonly parts: readonly string[];
}

/** Looks for what unknown words may mean. @param forms at most {@link WORDS_AT_ONCE} */
export async function meantBy(db: Db, forms: readonly string[]): Promise<Map<string, Meant>> {
  const near = await neighboursOf(db, forms);
  const longEnough = forms.filter((form) => form.length >= SHORTEST_PART);
  const around = await wordsAround(db, longEnough, AROUND);
  const splits = await splitUp(
    db,
    [...new Set([...longEnough, ...around.map(({ form }) => form)])],
    longEnough,
  );
  return new Map(
    forms.map((form) => [
      form,
      {
        words: [
          ...nearest(form, near.get(form) ?? [], ALTERNATIVES),
          ...around.filter((compound) => splits.get(compound.form)?.words.has(form)),
        ],
        parts: [...(splits.get(form)?.words.values() ?? [])],
      },
    ]),
  );
}

/** Known words that differ from these by letters left out, added or swapped inside. */
export async function slipsOf(db: Db, forms: readonly string[]): Promise<Map<string, Known[]>> {
  const near = await neighboursOf(db, forms);
  return new Map(
    [...near].map(([form, words]) => {
      const slips = words.filter((word) => slipInside(form, word.form));
      return [form, nearest(form, slips, ALTERNATIVES)];
    }),
  );
}

/** Known words that have some letters in common with each of these. */
async function neighboursOf(db: Db, forms: readonly string[]): Promise<Map<string, Known[]>> {
  const asked = forms
    .filter((form) => errorsIn(form) > 0 && form.length <= 40)
    .map((form) => ({ typed: form, keys: keysOf(form), most: errorsIn(form) }));
  if (asked.length === 0) return new Map();
  // Letters that changed places count as two here; the rules decide.
  const rows: (Known & { typed: string })[] = await db.query(
    `SELECT typed, near.form, near.spelling, near.stem
     FROM json_to_recordset($1) AS asked(typed text, keys text[], most int), LATERAL (
       SELECT form, spelling, stem FROM search_vocabulary
       WHERE deletions && keys AND form <> typed AND levenshtein_less_equal(form, typed, most + 1) <= most + 1
       ORDER BY levenshtein_less_equal(form, typed, most + 1) LIMIT ${CANDIDATES}
     ) AS near`,
    [JSON.stringify(asked)],
  );
  return Map.groupBy(rows, ({ typed }) => typed);
}
