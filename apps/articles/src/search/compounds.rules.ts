import { isCommon } from './common-words.js';

/** What is known of a piece of a word. */
export interface Piece {
  /** Its stem, which takes the letters that join compounds (-s-, -es-, -n-, -en-) for endings. */
  readonly stem: string;
  /** What a word of this stem is itself made of. */
  readonly parts: readonly string[];
  /** How an article has it: as it stands here, in another form, or not at all. */
  readonly known: 'form' | 'stem' | 'no';
}

/** One way to see a word as made of two. */
export interface Split {
  readonly left: string;
  readonly right: string;
}

const SHORTEST_PIECE = 3;
/** Shorter words are too often something else to be known from an archive that also has abbreviations. */
const SHORTEST_FROM_ARCHIVE = 4;
/** Letters from which on a word at the end of another one is hardly there by chance, whatever is before it. */
const SURELY_A_HEAD = 6;

/** Endings that make words of words; that «Schaft» is a word, too, does not make «Mannschaft» one of its compounds. */
const SUFFIX =
  /^(schaft|heit|keit|igkeit|ung|lich|isch|haft|los|tum|chen|lein|bar|sam|weise|fach|mal|falls|reich|voll|ier|ismus|ist|tion|ende|igen|innen)/;

/** Every pair of pieces that a word could be made of. */
export function splitsOf(form: string): Split[] {
  if (!/^\p{L}+$/u.test(form)) return [];
  const splits: Split[] = [];
  for (let at = SHORTEST_PIECE; at <= form.length - SHORTEST_PIECE; at++) {
    splits.push({ left: form.slice(0, at), right: form.slice(at) });
  }
  return splits;
}

/**
 * How a German word is made of two that are known, by the archive or as common: with the longest word at the end that
 * leaves a word before it. When no word is left before it, a long one at the end is enough.
 */
export function splitOf(form: string, pieces: ReadonlyMap<string, Piece>): Split | undefined {
  const heads = splitsOf(form).filter(({ right }) => isHead(right, pieces));
  return (
    heads.find((split) => isBefore(split, pieces)) ??
    heads.find(
      ({ left, right }) =>
        left.length > SHORTEST_PIECE &&
        right.length >= SURELY_A_HEAD &&
        startsWithConsonant(right) &&
        (isCommon(right) || pieces.get(right)?.known === 'form'),
    )
  );
}

const isHead = (piece: string, pieces: ReadonlyMap<string, Piece>): boolean =>
  !SUFFIX.test(piece) && isWord(piece, pieces);

/** «studier» is a form of «studieren», but «Studierende» are no «Ende»: before a vowel the form itself must be known. */
const isBefore = ({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): boolean =>
  isWord(left, pieces) &&
  (startsWithConsonant(right) || isCommon(left) || pieces.get(left)?.known === 'form');

function isWord(piece: string, pieces: ReadonlyMap<string, Piece>): boolean {
  if (isCommon(piece)) return true;
  const { known = 'no', stem = '' } = pieces.get(piece) ?? {};
  return known !== 'no' && piece.length >= SHORTEST_FROM_ARCHIVE && stem.length >= SHORTEST_PIECE;
}

const startsWithConsonant = (piece: string): boolean => !/^[aeiou]/.test(piece);

/** The stems of a split's pieces, and those that these are made of. */
export const partsOf = ({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): string[] => [
  ...new Set([left, right].flatMap((piece) => [pieces.get(piece)!.stem, ...pieces.get(piece)!.parts])),
];
