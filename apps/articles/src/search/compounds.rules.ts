import { isCommon, isCommonForm } from './common-words.js';

/** A piece of a word, as the archive knows it. */
export interface Piece {
  /** Its stem, without the letters that join compounds (-s-, -es-, -n-, -en-), which count as endings. */
  readonly stem: string;
  /** The parts of a word with this stem. */
  readonly parts: readonly string[];
  /** Whether an article has it in this form, in another form, or not at all. */
  readonly known: 'form' | 'stem' | 'no';
}

/** One way to split a word in two. */
export interface Split {
  readonly left: string;
  readonly right: string;
}

const SHORTEST_PIECE = 3;
/** Shorter words do not count as known from the archive: they are too often abbreviations. */
const SHORTEST_FROM_ARCHIVE = 4;
/** A word of at least this length at the end, or start, of another is hardly a coincidence, whatever the rest is. */
const SURELY_A_HEAD = 6;
const SURELY_A_START = 5;
/** Fewest letters of an unknown piece next to a known word. */
const SHORTEST_UNKNOWN = 4;

/** Suffixes that derive words from words. "Schaft" is a word, too, but "Mannschaft" is not one of its compounds. */
const SUFFIX =
  /^(schaft|heit|keit|igkeit|ung|lich|isch|haft|los|tum|chen|lein|bar|sam|weise|fach|mal|falls|reich|voll|ier|ismus|ist|tion|ende|igen|innen|ling|erin|ern$|lern$|ler$|ner|ers$)/;
/** Suffixes of adjectives, after the letter that a wrong split adds to them: "drama-tisch". */
const ADJECTIVE = /^[tnlgrm]isch/;
/** No German word starts like this: "Lands-chaft". */
const NO_START = /^(chaft|[lrnm][^aeiouyh]|ss|tz|ck|dt|zt)/;
/** Prefixes that derive verbs from verbs, as in "überleben" and "eingestanden". */
const PREFIX =
  /^((ab|an|auf|aus|bei|be|dar|davon|durch|ein|ent|er|fort|gegen|her|heraus|herum|herunter|hin|hinaus|hinein|hinter|los|mit|nach|uber|um|unter|ver|vor|weg|wider|wieder|zer|zu|zuruck|zusammen)(ge|zu|ver|be|er|ent)?|(nieder|weiter)(ge|zu))$/;

/** Every way to split a word in two. */
function splitsOf(form: string): Split[] {
  if (!/^\p{L}+$/u.test(form)) return [];
  const splits: Split[] = [];
  for (let at = SHORTEST_PIECE; at <= form.length - SHORTEST_PIECE; at++) {
    splits.push({ left: form.slice(0, at), right: form.slice(at) });
  }
  return splits;
}

/** The pieces of a word that {@link splitOf} needs to have looked up. */
export const piecesOf = (form: string): string[] =>
  splitsOf(form).flatMap(({ left, right }) => [
    left,
    right,
    ...splitsOf(left).flatMap((inner) => (isCommon(inner.right) ? [inner.right] : [])),
  ]);

/**
 * Splits a German word into two that the archive knows or that are common. Picks the longest word at the end that leaves
 * a word, or a compound, before it. Without such a split, one long word at either end is enough.
 */
export function splitOf(form: string, pieces: ReadonlyMap<string, Piece>): Split | undefined {
  const splits = splitsOf(form);
  const heads = splits.filter(({ right }) => canBeHead(right) && isWord(right, pieces));
  return (
    heads.find((split) => isBefore(split, pieces)) ??
    (isCommon(form)
      ? undefined
      : (heads.find((split) => isSurelyHead(split, pieces)) ??
        splits.findLast((split) => isSurelyStart(split, pieces))))
  );
}

const canBeHead = (right: string): boolean =>
  !SUFFIX.test(right) && !ADJECTIVE.test(right) && !NO_START.test(right);

/**
 * Whether a split leaves a word, or a compound, before the head. "studier" is a form of "studieren", but "Studierende" is
 * not a kind of "Ende", nor "Österreich" of "Ost": before a vowel both pieces must be known in exactly this form.
 */
function isBefore({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): boolean {
  if (PREFIX.test(left)) return false;
  if (isWord(left, pieces)) {
    return (
      startsWithConsonant(right) || [left, right].every((piece) => isCommon(piece) || isForm(piece, pieces))
    );
  }
  return splitsOf(left).some((inner) => isCommon(inner.right) && isBefore(inner, pieces));
}

/** Accepts "Kreiselbahn" without knowing "Kreisel", but not "Kandi-daten" or "über-leben". */
const isSurelyHead = ({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): boolean =>
  left.length >= SHORTEST_UNKNOWN &&
  !PREFIX.test(left) &&
  startsWithConsonant(right) &&
  ((isCommonForm(right) && right.length >= SHORTEST_FROM_ARCHIVE) ||
    (isForm(right, pieces) && right.length >= SURELY_A_HEAD));

/** Accepts "Klimakleber" without knowing "Kleber", but not "Studie-rende". */
const isSurelyStart = ({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): boolean =>
  left.length >= SURELY_A_START &&
  !left.endsWith('e') &&
  right.length > SHORTEST_UNKNOWN &&
  canBeHead(right) &&
  startsWithConsonant(right) &&
  (isCommonForm(left) || isForm(left, pieces));

function isWord(piece: string, pieces: ReadonlyMap<string, Piece>): boolean {
  if (isCommon(piece)) return true;
  const { known = 'no', stem = '' } = pieces.get(piece) ?? {};
  return known !== 'no' && piece.length >= SHORTEST_FROM_ARCHIVE && stem.length >= SHORTEST_PIECE;
}

const isForm = (piece: string, pieces: ReadonlyMap<string, Piece>): boolean =>
  pieces.get(piece)?.known === 'form';

const startsWithConsonant = (piece: string): boolean => !/^[aeiou]/.test(piece);

/** The stems of a split's pieces, and of their own parts. */
export const partsOf = ({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): string[] => [
  ...new Set([...partsOfPiece(left, pieces), ...partsOfPiece(right, pieces)]),
];

/** The pieces of a split that are words by themselves. */
export const wordsOfSplit = ({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): string[] =>
  [left, right].filter((piece) => isWord(piece, pieces));

function partsOfPiece(piece: string, pieces: ReadonlyMap<string, Piece>): string[] {
  const { stem, parts } = pieces.get(piece)!;
  if (parts.length > 0 || isWord(piece, pieces)) return [stem, ...parts];
  const inner = splitsOf(piece).find((split) => isCommon(split.right) && isBefore(split, pieces));
  return inner ? [stem, ...partsOf(inner, pieces)] : [stem];
}
