import { describe, expect, it } from '@jest/globals';
import { partsOf, piecesOf, splitOf, wordsOfSplit, type Piece } from './compounds.rules.js';

/** The pieces of a word; the archive has some in this form and some in another. */
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
    ['one is common and has joining letters', 'bundesquallen', ['quallen'], 'bundes|quallen'],
    ['it ends with a long word after an unknown piece', 'xyloroboter', [], 'xylo|roboter'],
    [
      'the longest word at the end leaves a word before it',
      'wachstube',
      ['wach', 'wachs', 'stube', 'tube'],
      'wach|stube',
    ],
  ])('is split when %s: %s', (_why, form, known, expected) => {
    const split = splitOf(form, pieces(form, known));
    expect(split && `${split.left}|${split.right}`).toBe(expected);
  });

  it.each([
    ['the piece before a short word is unknown', 'studenten', ['enten']],
    ['a common word follows a verbal prefix', 'uberleben', []],
    ['a common word is only the ending of another word', 'demokraten', []],
    ['an adjective only ends like a word', 'dramatisch', ['drama', 'tisch']],
    ['no German word starts like the second piece', 'landschaft', ['lands', 'chaft']],
    ['a verb has two prefixes', 'eingestanden', ['einge', 'standen']],
    ['only the stem is known before a vowel', 'osterreich', ['ost']],
    ['it is itself a common word', 'quartier', []],
    ['it ends with a suffix', 'mannschaft', ['schaft', 'mann']],
    ['only an abbreviation ends it', 'apparat', ['rat']],
    ['it has digits', 'covid19bahn', ['bahn']],
  ])('is not split when %s: %s', (_why, form, known) => {
    expect(splitOf(form, pieces(form, known))).toBeUndefined();
  });

  it('does not turn an unknown piece into a word', () => {
    const known = pieces('kreiselbahn', []);
    expect(wordsOfSplit(splitOf('kreiselbahn', known)!, known)).toEqual(['bahn']);
  });

  it('has the parts of its parts, too', () => {
    const known = pieces('zahnradbahn', []);
    expect(partsOf(splitOf('zahnradbahn', known)!, known)).toEqual(['zahnrad', 'zahn', 'rad', 'bahn']);
  });

  it('is not split before a vowel when only the stem of the first piece is known', () => {
    expect(splitOf('studieruhren', pieces('studieruhren', ['uhren'], ['studier']))).toBeUndefined();
    expect(splitOf('studierbuch', pieces('studierbuch', ['buch'], ['studier']))).toBeDefined();
  });
});
