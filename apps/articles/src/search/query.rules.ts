import { quoted } from './search-document.js';
import { joined, wordsOf, type Token } from './words.js';

/** What a reader typed: alternatives that are each a list of wishes, and what must not be in an article. */
export interface Typed {
  /** Joined by «or»; the wishes of each are joined by «and». */
  readonly alternatives: readonly (readonly Wish[])[];
  readonly excluded: readonly Wish[];
}

/** A word, several attached ones («E-Bike»), or a phrase in quotation marks. */
export interface Wish {
  readonly tokens: readonly Token[];
  readonly phrase: boolean;
  /** Attached words, or letters and digits, as the one word that they also are. */
  readonly asOne?: Spelled;
  /** This word and the one before, or behind, as one: «e bike» for «ebike». */
  readonly withNext: readonly Spelled[];
}

export type Spelled = Pick<Token, 'spelling' | 'form'>;

/** Words that are looked at; a query has 200 characters at most. */
const WORDS = 40;

const CHUNK = /(?<=^|\s)(-?)(?:"([^"]*)"|«([^»]*)»|»([^«]*)«|„([^“”"]*)[“”"]|“([^”]*)”|(\S+))/gu;

/**
 * Takes apart what was typed: words are joined by «and», quotation marks make a phrase, «or» and «oder» and «-» mean what
 * they mean to everyone.
 */
export function parse(typed: string): Typed {
  const alternatives: Wish[][] = [[]];
  const excluded: Wish[] = [];
  let words = 0;
  for (const [, minus, ...chunks] of typed.matchAll(CHUNK)) {
    const word = chunks.at(-1);
    if (!minus && word && /^(or|oder)$/iu.test(word)) {
      alternatives.push([]);
      continue;
    }
    const tokens = wordsOf(chunks.find((chunk) => chunk !== undefined)!).slice(0, WORDS - words);
    words += tokens.length;
    const wishes = word === undefined ? phraseOf(tokens) : attachedIn(tokens);
    (minus ? excluded : alternatives.at(-1)!).push(...wishes);
  }
  return {
    alternatives: alternatives.filter((wishes) => wishes.length > 0).map(withNeighbours),
    excluded,
  };
}

const phraseOf = (tokens: readonly Token[]): Wish[] =>
  tokens.length === 0 ? [] : [{ tokens, phrase: true, withNext: [] }];

/** A wish for each run of attached tokens. */
function attachedIn(tokens: readonly Token[]): Wish[] {
  const runs: Token[][] = [];
  for (const token of tokens) {
    if (token.attached && runs.length > 0) runs.at(-1)!.push(token);
    else runs.push([token]);
  }
  return runs.map((run) => {
    if (run.length > 1) return { tokens: run, phrase: false, asOne: joined(run), withNext: [] };
    const [word] = run;
    const pieces = wordsOf(word!.spelling.replace(/(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu, '-'));
    return pieces.length > 1
      ? { tokens: pieces, phrase: false, asOne: word, withNext: [] }
      : { tokens: run, phrase: false, withNext: [] };
  });
}

function withNeighbours(wishes: readonly Wish[]): Wish[] {
  const single = ({ phrase, tokens }: Wish) => !phrase && tokens.length === 1;
  const pairs = wishes.slice(1).map((wish, i) => {
    const before = wishes[i]!;
    return single(before) && single(wish) ? joined([before.tokens[0]!, wish.tokens[0]!]) : undefined;
  });
  return wishes.map((wish, i) => ({
    ...wish,
    withNext: [pairs[i - 1], pairs[i]].filter((pair) => pair !== undefined),
  }));
}

/** Every word whose stem is needed to look for what was typed. */
export const wordsToLookUp = ({ alternatives, excluded }: Typed): Spelled[] =>
  [...alternatives.flat(), ...excluded].flatMap(({ tokens, asOne, withNext }) => [
    ...tokens,
    ...(asOne ? [asOne] : []),
    ...withNext,
    ...tokens.flatMap(({ form }) => pluralsOf(form).map((plural) => ({ spelling: plural, form: plural }))),
  ]);

/**
 * Forms of a word that the stemmer does not know for such: plurals with -s after a vowel (Auto, Autos) and of Latin
 * words (Museum, Museen; Firma, Firmen). A form that is no word finds nothing.
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

/** A wish in terms of the index. */
export interface Wanted {
  /** Parts of a tsquery for the words themselves. */
  readonly whole: readonly string[];
  /** For compounds of them and for what may be meant by them. */
  readonly loose: readonly string[];
  /** Stems of words, and of parts of compounds, to be highlighted. */
  readonly stems: readonly string[];
  readonly parts: readonly string[];
  /** The words as they are spelled. */
  readonly spellings: readonly string[];
}

/** A search in terms of the index. */
export interface Query {
  /** What an article must have. */
  readonly match: string;
  /** What makes it a better hit. */
  readonly better: string;
  readonly stems: ReadonlySet<string>;
  readonly parts: ReadonlySet<string>;
}

/** @param lists ids of lists that the articles must be in */
export function queryOf(
  alternatives: readonly (readonly Wanted[])[],
  excluded: readonly Wanted[],
  lists: readonly string[],
): Query {
  const all = alternatives.flat();
  const match = or(
    alternatives.map((wanted) => and(wanted.map(({ whole, loose }) => or([...whole, ...loose])))),
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

/** A phrase of lexemes at their places; those between them may be anything. */
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
