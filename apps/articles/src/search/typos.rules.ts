/** Words with at least this many letters may have two errors. */
const TWO_ERRORS_FROM = 7;
/** In shorter words, swapped letters are the only error allowed: nearly all abbreviations are one letter apart. */
const ANY_ERROR_FROM = 4;
/** Keys are made from this many letters at the start of a word. */
const PREFIX = 7;

/** How many errors a typed word may have: 0, 1 or 2. */
export function errorsIn(typed: string): number {
  if (typed.length < 3) return 0;
  return typed.length < TWO_ERRORS_FROM ? 1 : 2;
}

/**
 * The keys that a known word shares with its typos: its first letters without up to two of them (symmetric delete, as
 * in SymSpell). At most 29.
 */
export const deletionsOf = (word: string): string[] =>
  withoutLetters(word, word.length < TWO_ERRORS_FROM - 2 ? 1 : 2);

/** The keys that a typo may share with the word that was meant. */
export const keysOf = (typed: string): string[] => withoutLetters(typed, errorsIn(typed));

function withoutLetters(word: string, most: number): string[] {
  let round = new Set([word.slice(0, PREFIX)]);
  const keys = new Set(round);
  for (let i = 0; i < most; i++) {
    round = new Set(
      [...round].flatMap((key) => [...key].map((_, at) => key.slice(0, at) + key.slice(at + 1))),
    );
    for (const key of round) if (key.length > 1) keys.add(key);
  }
  return [...keys];
}

/** Swapped letters, and letters doubled or not doubled by mistake, are the likeliest errors, so they cost less. */
const DOUBLED = 0.5;
const SWAPPED = 0.7;

/** A word and its stem: without endings, "Abstimung" is also near "Abstimmungen". */
export interface Stemmed {
  readonly form: string;
  readonly stem: string;
}

/** Shorter stems are too ambiguous to compare. */
const SHORTEST_STEM = 5;

/** The distance of a typed word from a known one, in errors; infinite when it exceeds {@link errorsIn}. */
export function distance(typed: Stemmed, known: Stemmed): number {
  const byForm = editsBetween(typed.form, known.form);
  const errors =
    Math.min(typed.stem.length, known.stem.length) < SHORTEST_STEM
      ? byForm
      : Math.min(byForm, editsBetween(typed.stem, known.stem));
  const allowed = typed.form.length < ANY_ERROR_FROM ? SWAPPED : errorsIn(typed.form);
  return errors <= allowed ? errors : Infinity;
}

function editsBetween(typed: string, known: string): number {
  const rows: number[][] = [Array.from({ length: known.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= typed.length; i++) {
    const row = [i];
    for (let j = 1; j <= known.length; j++) {
      const [a, b, beforeA, beforeB] = [typed[i - 1], known[j - 1], typed[i - 2], known[j - 2]];
      row[j] = Math.min(
        rows[i - 1]![j - 1]! + (a === b ? 0 : 1),
        rows[i - 1]![j]! + (a === beforeA ? DOUBLED : 1),
        row[j - 1]! + (b === beforeB ? DOUBLED : 1),
        a === beforeB && b === beforeA && a !== b ? rows[i - 2]![j - 2]! + SWAPPED : Infinity,
      );
    }
    rows.push(row);
  }
  return rows.at(-1)!.at(-1)!;
}

/** Whether two words differ by letters omitted, added or swapped inside, not at the ends: "Zürch", "Zürich". */
export const slipInside = (typed: string, known: string): boolean =>
  typed.length > 4 &&
  typed.slice(0, 2) === known.slice(0, 2) &&
  typed.at(-1) === known.at(-1) &&
  (typed.length !== known.length || [...typed].toSorted().join('') === [...known].toSorted().join(''));

/** The known words nearest to the typed one, and others almost as near, nearest first. */
export function nearest<Known extends Stemmed>(
  typed: Stemmed,
  known: readonly Known[],
  most: number,
): Known[] {
  const near = known
    .map((word) => ({ word, errors: distance(typed, word) }))
    .filter(({ errors }) => errors > 0 && errors < Infinity)
    .toSorted((a, b) => a.errors - b.errors || a.word.form.length - b.word.form.length);
  return near
    .filter(({ errors }) => errors <= near[0]!.errors + 0.3)
    .slice(0, most)
    .map(({ word }) => word);
}
