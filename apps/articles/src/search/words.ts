/** A word of a text. */
export interface Token {
  /** Its position in the text, in UTF-16 code units as JavaScript counts them; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** In lower case, with umlauts whichever way they were typed (ae, ä), and without any other mark. */
  readonly spelling: string;
  /** The spelling without umlauts: the same for "Zürich", "Zuerich" and "Zurich". */
  readonly form: string;
  /** Whether it is in capitals: "ALS" differs from "als". */
  readonly acronym: boolean;
  /** Whether only a hyphen or similar separates it from the token before it. */
  readonly attached: boolean;
}

/** Several attached tokens joined into one word: "E-Bike" as "ebike". */
export type Compound = Pick<Token, 'start' | 'end' | 'spelling' | 'form'> & { readonly first: number };

/** Format characters, such as soft hyphens and zero-width spaces, and combining marks belong to their word. */
const WORD = String.raw`[\p{L}\p{N}][\p{L}\p{N}\p{M}\p{Cf}]*`;
/** 1'000, 1’000.50, 1.000 and 12 000 with a narrow space; 3,5. Dates and versions are several words. */
const NUMBER = String.raw`(?<![\p{L}\p{N}.,])\d{1,3}(?:(?:['’.\u00a0\u2009\u202f]\d{3})+(?:[.,]\d{1,2})?|[.,]\d+)(?![\p{L}\p{N}]|[.,]\d)`;
const TOKEN = new RegExp(
  `${NUMBER}|\\d+[.,]\\d+(?![\\p{L}\\p{N}]|[.,]\\d)(?<![.,]\\d+[.,]\\d+)|${WORD}`,
  'gu',
);

/** Characters that attach words: hyphens, dots of abbreviations, apostrophes, the signs in "Leser*innen" and "C&A". */
const JOINER = /^\p{Cf}*[-\u2010-\u2013.&'’ʼ*:_·]\p{Cf}*$/u;

/** Anything longer is not a word. */
const LONGEST = 60;
/** The most attached tokens to join into one word. */
const JOINED = 4;

/** The words of a text, in order. */
export function wordsOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { 0: typed, index } of text.matchAll(TOKEN)) {
    const spelling = spellingOf(typed);
    if (!spelling || spelling.length > LONGEST) continue;
    const last = tokens.at(-1);
    tokens.push({
      start: index,
      end: index + typed.length,
      spelling,
      form: formOf(spelling),
      acronym: /^\p{Lu}{2,}$/u.test(typed),
      attached: last !== undefined && JOINER.test(text.slice(last.end, index)),
    });
  }
  return tokens;
}

/** Every run of attached tokens with a letter in it, joined into one word. */
export function compoundsOf(tokens: readonly Token[]): Compound[] {
  return tokens.flatMap((first, i) => {
    const compounds: Compound[] = [];
    for (let n = i + 1; n < Math.min(tokens.length, i + JOINED) && tokens[n]!.attached; n++) {
      const compound = joined(tokens.slice(i, n + 1));
      if (compound && /\p{L}/u.test(compound.form)) {
        compounds.push({ ...compound, first: i, start: first.start });
      }
    }
    return compounds;
  });
}

/** The tokens; attached ones also joined into one. */
export const withCompounds = (tokens: readonly Token[]): (Token | Compound)[] => [
  ...tokens,
  ...compoundsOf(tokens),
];

/** Joins tokens into one word. @returns undefined when it would be too long. */
export function joined(tokens: readonly Token[]): Omit<Compound, 'first'> | undefined {
  const spelling = tokens.map((token) => token.spelling).join('');
  if (spelling.length > LONGEST) return undefined;
  return { start: tokens[0]!.start, end: tokens.at(-1)!.end, spelling, form: formOf(spelling) };
}

const UMLAUTS: Readonly<Record<string, string>> = { ae: 'ä', oe: 'ö', ue: 'ü' };
const OTHERS: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ä', œ: 'ö', ø: 'o', ł: 'l', đ: 'd', ı: 'i' };

/** Normalizes as PostgreSQL's German stemmer does: ue is ü unless it follows a vowel or q, as in "neue". */
function spellingOf(typed: string): string {
  if (/^\d/.test(typed) && /^[\d.,'’\s]+$/.test(typed)) return numberOf(typed);
  return typed
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase()
    .normalize('NFD')
    .replace(/(?<![aou])\u0308|(?!\u0308)\p{M}/gu, '')
    .normalize('NFC')
    .replace(/[ßæœøłđı]/g, (letter) => OTHERS[letter]!)
    .replace(/ae|oe|(?<![aeiouyäöüq])ue/g, (pair) => UMLAUTS[pair]!)
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Digits with a decimal point, without separators of thousands. */
const numberOf = (typed: string): string =>
  typed.replace(/['’.\u00a0\u2009\u202f](?=\d{3}(?!\d))/g, '').replace(',', '.');

const formOf = (spelling: string): string =>
  spelling.replace(/[äöü]/g, (umlaut) => umlaut.normalize('NFD')[0]!);
