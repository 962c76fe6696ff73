import { describe, expect, it } from '@jest/globals';
import { partsOf, piecesOf, splitOf, wordsOfSplit, type Piece } from './compounds.rules.js';

/** Pieces of a word, of which the archive has some in this form and some in another. */
function pieces(
  form: string,
  known: readonly string[],
  otherForms: readonly string[] = [],
): Map<string, Piece> {
  return new Map(
    piecesOf(form).map((piece) => [
      piece,
      {
        stem: piece,
        parts: [],
        known: known.includes(piece) ? 'form' : otherForms.includes(piece) ? 'stem' : 'no',
      },
    ]),
  );
}

describe('a word', () => {
  it.each([
    ['the archive knows both', 'quallenfonds', ['quallen', 'fonds'], 'quallen|fonds'],
    ['both are common', 'seilbahn', [], 'seil|bahn'],
    ['one is common, with the letters that join them', 'bundesquallen', ['quallen'], 'bundes|quallen'],
    ['a long one ends it, though none is before it', 'xyloroboter', [], 'xylo|roboter'],
    [
      'the longest at the end leaves one before it',
      'wachstube',
      ['wach', 'wachs', 'stube', 'tube'],
      'wach|stube',
    ],
  ])('is split where %s: %s', (_why, form, known, expected) => {
    const split = splitOf(form, pieces(form, known));
    expect(split && `${split.left}|${split.right}`).toBe(expected);
  });

  it.each([
    ['nothing is known before a short one', 'studenten', ['enten']],
    ['what is before a common one makes verbs of verbs', 'uberleben', []],
    ['a common one has the ending of another word', 'demokraten', []],
    ['an adjective only ends like a word', 'dramatisch', ['drama', 'tisch']],
    ['the rest starts as no word does', 'landschaft', ['lands', 'chaft']],
    ['a verb has two prefixes', 'eingestanden', ['einge', 'standen']],
    ['only the stem is known behind a vowel', 'osterreich', ['ost']],
    ['it is itself a common one', 'quartier', []],
    ['the end makes words of words', 'mannschaft', ['schaft', 'mann']],
    ['only an abbreviation ends it', 'apparat', ['rat']],
    ['it has digits', 'covid19bahn', ['bahn']],
  ])('is not split where %s: %s', (_why, form, known) => {
    expect(splitOf(form, pieces(form, known))).toBeUndefined();
  });

  it('makes no words of what is left of it', () => {
    const known = pieces('kreiselbahn', []);
    expect(wordsOfSplit(splitOf('kreiselbahn', known)!, known)).toEqual(['bahn']);
  });

  it('has the parts of its parts', () => {
    const known = pieces('zahnradbahn', []);
    expect(partsOf(splitOf('zahnradbahn', known)!, known)).toEqual(['zahnrad', 'zahn', 'rad', 'bahn']);
  });

  it('is not split before a vowel where only the stem before it is known', () => {
    expect(splitOf('studieruhren', pieces('studieruhren', ['uhren'], ['studier']))).toBeUndefined();
    expect(splitOf('studierbuch', pieces('studierbuch', ['buch'], ['studier']))).toBeDefined();
  });
});
