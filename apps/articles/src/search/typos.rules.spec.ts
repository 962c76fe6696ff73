import { describe, expect, it } from '@jest/globals';
import { deletionsOf, distance, errorsIn, keysOf, nearest, slipInside } from './typos.rules.js';

const word = (form: string, stem = form) => ({ form, stem });

describe('a typo', () => {
  it.each([
    ['svp', 'spv', 'swapped letters in an abbreviation'],
    ['muller', 'muler', 'a letter that should be doubled'],
    ['bern', 'bren', 'swapped letters'],
    ['abstimmung', 'abstimung', 'a missing letter'],
    ['bundesrat', 'bundesrta', 'swapped letters at the end'],
    ['regierung', 'rigirung', 'two errors in a long word'],
  ])('matches %s when typed as %s: %s', (known, typed) => {
    expect(distance(word(typed), word(known))).toBeLessThan(Infinity);
    expect(deletionsOf(known).some((key) => keysOf(typed).includes(key))).toBe(true);
  });

  it.each([
    ['svp', 'svo', 'a wrong letter in an abbreviation'],
    ['rind', 'kino', 'two errors in a short word'],
    ['regierung', 'regxerunxx', 'three errors'],
  ])('does not match %s when typed as %s: %s', (known, typed) => {
    expect(distance(word(typed), word(known))).toBe(Infinity);
  });

  it('has up to two errors, depending on the length of the word', () => {
    expect([2, 3, 6, 7].map((length) => errorsIn('x'.repeat(length)))).toEqual([0, 1, 1, 2]);
  });

  it('is recognized in words with other endings', () => {
    expect(distance(word('abstimung', 'abstim'), word('abstimmungen', 'abstimm'))).toBeLessThan(1);
  });

  it('matches only the likeliest words', () => {
    const known = ['maler', 'muller', 'euler'].map((form) => word(form));
    expect(nearest(word('muler'), known, 4)).toEqual([word('muller')]);
  });

  it('counts as inside a word unless it is at an end or replaces a letter', () => {
    expect(slipInside('zurch', 'zurich')).toBe(true);
    expect([slipInside('schule', 'schuld'), slipInside('schule', 'schale')]).toEqual([false, false]);
  });

  it('is looked up by at most 29 keys', () => {
    expect(deletionsOf('donaudampfschifffahrt').length).toBeLessThanOrEqual(29);
  });
});
