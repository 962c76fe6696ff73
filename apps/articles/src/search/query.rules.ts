import { joined, wordsOf, type Token } from './words.js';

/** The query of a reader: alternatives, each a list of clauses, and clauses that must not match. */
export interface ParsedQuery {
  /** Joined by OR; the clauses of each are joined by AND. */
  readonly alternatives: readonly (readonly Clause[])[];
  readonly excluded: readonly Clause[];
}

/** A word, several attached ones ("E-Bike"), or a phrase in quotation marks. */
export interface Clause {
  readonly tokens: readonly Token[];
  readonly phrase: boolean;
  /** Attached words, or letters and digits, joined into one word. */
  readonly asOne?: Spelled;
  /** This word joined with its neighbour before or after it: "e bike" as "ebike". */
  readonly withNext: readonly Spelled[];
}

export type Spelled = Pick<Token, 'spelling' | 'form'>;

/** Words used per query; any others are ignored. */
const WORDS = 40;

const CHUNK = /(?<=^|\s)(-?)(?:"([^"]*)"|«([^»]*)»|»([^«]*)«|„([^“”"]*)[“”"]|“([^”]*)”|(\S+))/gu;

/**
 * Parses a query: words are joined by AND, quotation marks make a phrase, "or" and "oder" separate alternatives, and "-"
 * excludes.
 */
export function parse(typed: string): ParsedQuery {
  const alternatives: Clause[][] = [[]];
  const excluded: Clause[] = [];
  let words = 0;
  for (const [, minus, ...chunks] of typed.matchAll(CHUNK)) {
    const word = chunks.at(-1);
    if (!minus && word && /^(or|oder)$/iu.test(word)) {
      alternatives.push([]);
      continue;
    }
    const tokens = wordsOf(chunks.find((chunk) => chunk !== undefined)!).slice(0, WORDS - words);
    words += tokens.length;
    const clauses = word === undefined ? phraseOf(tokens) : attachedIn(tokens);
    (minus ? excluded : alternatives.at(-1)!).push(...clauses);
  }
  return {
    alternatives: alternatives.filter((clauses) => clauses.length > 0).map(withNeighbours),
    excluded,
  };
}

const phraseOf = (tokens: readonly Token[]): Clause[] =>
  tokens.length === 0 ? [] : [{ tokens, phrase: true, withNext: [] }];

/** One clause per run of attached tokens. */
function attachedIn(tokens: readonly Token[]): Clause[] {
  const runs: Token[][] = [];
  for (const token of tokens) {
    if (token.attached && runs.length > 0) runs.at(-1)!.push(token);
    else runs.push([token]);
  }
  return runs.map((run) => {
    const [word, ...attached] = run;
    if (!word || attached.length > 0) return { tokens: run, phrase: false, asOne: joined(run), withNext: [] };
    const pieces = wordsOf(word.spelling.replace(/(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu, '-'));
    return pieces.length > 1
      ? { tokens: pieces, phrase: false, asOne: word, withNext: [] }
      : { tokens: run, phrase: false, withNext: [] };
  });
}

function withNeighbours(clauses: readonly Clause[]): Clause[] {
  const single = ({ phrase, tokens }: Clause) => !phrase && tokens.length === 1;
  const pairs = clauses.slice(1).map((clause, i) => {
    const before = clauses[i]!;
    return single(before) && single(clause) ? joined([before.tokens[0]!, clause.tokens[0]!]) : undefined;
  });
  return clauses.map((clause, i) => ({
    ...clause,
    withNext: [pairs[i - 1], pairs[i]].filter((pair) => pair !== undefined),
  }));
}

/** Every word whose stem the search needs. */
export const wordsToLookUp = ({ alternatives, excluded }: ParsedQuery): Spelled[] =>
  [...alternatives.flat(), ...excluded].flatMap(({ tokens, asOne, withNext }) => [
    ...tokens,
    ...(asOne ? [asOne] : []),
    ...withNext,
    ...tokens.flatMap(({ form }) => pluralsOf(form).map((plural) => ({ spelling: plural, form: plural }))),
  ]);

/**
 * Forms of a word that the stemmer does not relate to it: plurals with -s after a vowel (Auto, Autos) and of Latin words
 * (Museum, Museen; Firma, Firmen). A form that is not a word finds nothing.
 */
export function pluralsOf(form: string): string[] {
  if (form.length < 3 || !/^\p{L}+$/u.test(form)) return [];
  const forms: string[] = [];
  if (/[aiouypvwc]$/.test(form)) forms.push(`${form}s`);
  if (/[aiouypvwc]s$/.test(form)) forms.push(form.slice(0, -1));
  if (form.length > 4) {
    const [, base, ending] = /^(.+?)(a|um|us|o|en)$/.exec(form) ?? [];
    if (ending === 'en') forms.push(...['a', 'um', 'us', 'o'].map((singular) => base! + singular));
    else if (ending) forms.push(`${base}en`);
  }
  return forms;
}
