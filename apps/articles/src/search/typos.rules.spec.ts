import { describe, expect, it } from '@jest/globals';
import { deletionsOf, distance, errorsIn, keysOf, nearest, slipInside } from './typos.rules.js';

const word = (form: string, stem = form) => ({ form, stem });

describe('a typo', () => {
  it.each([
    ['svp', 'spv', 'two letters of an abbreviation that changed places'],
    ['muller', 'muler', 'a letter that should be doubled'],
    ['bern', 'bren', 'letters that changed places'],
    ['abstimmung', 'abstimung', 'a missing letter'],
    ['bundesrat', 'bundesrta', 'letters at the end that changed places'],
    ['regierung', 'rigirung', 'two errors in a long word'],
  ])('finds %s from %s: %s', (known, typed) => {
    expect(distance(word(typed), word(known))).toBeLessThan(Infinity);
    expect(deletionsOf(known).some((key) => keysOf(typed).includes(key))).toBe(true);
  });

  it.each([
    ['svp', 'svo', 'one letter of an abbreviation is another'],
    ['rind', 'kino', 'two errors in a short word'],
    ['regierung', 'regxerunxx', 'three errors'],
  ])('does not find %s from %s: %s', (known, typed) => {
    expect(distance(word(typed), word(known))).toBe(Infinity);
  });

  it('is allowed depending on the length of the typed word, not of its stem', () => {
    expect([2, 3, 6, 7].map((length) => errorsIn('x'.repeat(length)))).toEqual([0, 1, 1, 2]);
  });

  it('is recognized in words with other endings', () => {
    expect(distance(word('abstimung', 'abstim'), word('abstimmungen', 'abstimm'))).toBeLessThan(1);
  });

  it('finds only the likeliest words', () => {
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
