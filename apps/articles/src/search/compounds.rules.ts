import { isCommon, isCommonForm } from './common-words.js';

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
/** Letters from which on a word at the end, or at the start, of another one is hardly there by chance, whatever is beside it. */
const SURELY_A_HEAD = 6;
const SURELY_A_START = 5;
/** Letters of something unknown beside a word that is known. */
const SHORTEST_UNKNOWN = 4;

/** Endings that make words of words; that «Schaft» is a word, too, does not make «Mannschaft» one of its compounds. */
const SUFFIX =
  /^(schaft|heit|keit|igkeit|ung|lich|isch|haft|los|tum|chen|lein|bar|sam|weise|fach|mal|falls|reich|voll|ier|ismus|ist|tion|ende|igen|innen|ling|erin|ern$|lern$|ler$|ner|ers$)/;
/** Endings of adjectives, behind the letter that a wrong split leaves to them: «drama-tisch». */
const ADJECTIVE = /^[tnlgrm]isch/;
/** What no German word starts with: «Lands-chaft». */
const NO_START = /^(chaft|[lrnm][^aeiouyh]|ss|tz|ck|dt|zt)/;
/** Beginnings that make verbs of verbs, as in «überleben» and «eingestanden». */
const PREFIX =
  /^((ab|an|auf|aus|bei|be|dar|davon|durch|ein|ent|er|fort|gegen|her|heraus|herum|herunter|hin|hinaus|hinein|hinter|los|mit|nach|uber|um|unter|ver|vor|weg|wider|wieder|zer|zu|zuruck|zusammen)(ge|zu|ver|be|er|ent)?|(nieder|weiter)(ge|zu))$/;

/** Every pair of pieces that a word could be made of. */
function splitsOf(form: string): Split[] {
  if (!/^\p{L}+$/u.test(form)) return [];
  const splits: Split[] = [];
  for (let at = SHORTEST_PIECE; at <= form.length - SHORTEST_PIECE; at++) {
    splits.push({ left: form.slice(0, at), right: form.slice(at) });
  }
  return splits;
}

/** The pieces of a word of which {@link splitOf} must know whether they are words. */
export const piecesOf = (form: string): string[] =>
  splitsOf(form).flatMap(({ left, right }) => [
    left,
    right,
    ...splitsOf(left).flatMap((inner) => (isCommon(inner.right) ? [inner.right] : [])),
  ]);

/**
 * How a German word is made of two that are known, by the archive or as common: with the longest word at the end that
 * leaves a word, or a compound, before it. Where there is none, one long word at either end is enough.
 */
export function splitOf(form: string, pieces: ReadonlyMap<string, Piece>): Split | undefined {
  const splits = splitsOf(form);
  const heads = splits.filter(({ right }) => canStand(right) && isWord(right, pieces));
  return (
    heads.find((split) => isBefore(split, pieces)) ??
    (isCommon(form)
      ? undefined
      : (heads.find((split) => isSurelyHead(split, pieces)) ??
        splits.findLast((split) => isSurelyStart(split, pieces))))
  );
}

const canStand = (right: string): boolean =>
  !SUFFIX.test(right) && !ADJECTIVE.test(right) && !NO_START.test(right);

/**
 * «studier» is a form of «studieren», but «Studierende» are no «Ende», and «Österreich» is no «Ost»: at a vowel both must
 * be known in this very form.
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

/** «Kreiselbahn», whatever a «Kreisel» is; but «Kandidaten» have no «Daten», and «überleben» is no «Leben». */
const isSurelyHead = ({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): boolean =>
  left.length >= SHORTEST_UNKNOWN &&
  !PREFIX.test(left) &&
  startsWithConsonant(right) &&
  ((isCommonForm(right) && right.length >= SHORTEST_FROM_ARCHIVE) ||
    (isForm(right, pieces) && right.length >= SURELY_A_HEAD));

/** «Klimakleber», whatever a «Kleber» is; but «Studierende» are no «Studie». */
const isSurelyStart = ({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): boolean =>
  left.length >= SURELY_A_START &&
  !left.endsWith('e') &&
  right.length > SHORTEST_UNKNOWN &&
  canStand(right) &&
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

/** The stems of a split's pieces, and those that these are made of. */
export const partsOf = ({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): string[] => [
  ...new Set([...partsOfPiece(left, pieces), ...partsOfPiece(right, pieces)]),
];

/** Those of a split's pieces that are words by themselves. */
export const wordsOfSplit = ({ left, right }: Split, pieces: ReadonlyMap<string, Piece>): string[] =>
  [left, right].filter((piece) => isWord(piece, pieces));

function partsOfPiece(piece: string, pieces: ReadonlyMap<string, Piece>): string[] {
  const { stem, parts } = pieces.get(piece)!;
  if (parts.length > 0 || isWord(piece, pieces)) return [stem, ...parts];
  const inner = splitsOf(piece).find((split) => isCommon(split.right) && isBefore(split, pieces));
  return inner ? [stem, ...partsOf(inner, pieces)] : [stem];
}
