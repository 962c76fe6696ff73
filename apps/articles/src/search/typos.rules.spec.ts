import { describe, expect, it } from '@jest/globals';
import { deletionsOf, distance, errorsIn, keysOf, nearest, slipInside } from './typos.rules.js';

const word = (form: string, stem = form) => ({ form, stem });

describe('a typing error', () => {
  it.each([
    ['svp', 'spv', 'two letters of an abbreviation that changed places'],
    ['muller', 'muler', 'a letter that should be doubled'],
    ['bern', 'bren', 'letters that changed places'],
    ['abstimmung', 'abstimung', 'a missing letter'],
    ['bundesrat', 'bundesrta', 'letters at the end that changed places'],
    ['regierung', 'rigirung', 'two errors in a long word'],
  ])('leads to %s from %s: %s', (known, typed) => {
    expect(distance(word(typed), word(known))).toBeLessThan(Infinity);
    expect(deletionsOf(known).some((key) => keysOf(typed).includes(key))).toBe(true);
  });

  it.each([
    ['svp', 'svo', 'one letter of an abbreviation is another'],
    ['rind', 'kino', 'two errors in a short word'],
    ['regierung', 'regxerunxx', 'three errors'],
  ])('does not lead to %s from %s: %s', (known, typed) => {
    expect(distance(word(typed), word(known))).toBe(Infinity);
  });

  it('is allowed by the length of what was typed, not of its stem', () => {
    expect([2, 3, 6, 7].map((length) => errorsIn('x'.repeat(length)))).toEqual([0, 1, 1, 2]);
  });

  it('is seen through other endings, too', () => {
    expect(distance(word('abstimung', 'abstim'), word('abstimmungen', 'abstimm'))).toBeLessThan(1);
  });

  it('leads to the likeliest words alone', () => {
    const known = ['maler', 'muller', 'euler'].map((form) => word(form));
    expect(nearest(word('muler'), known, 4)).toEqual([word('muller')]);
  });

  it('inside a word is none at its ends, and replaces no letter', () => {
    expect(slipInside('zurch', 'zurich')).toBe(true);
    expect([slipInside('schule', 'schuld'), slipInside('schule', 'schale')]).toEqual([false, false]);
  });

  it('is looked for by 29 keys at most', () => {
    expect(deletionsOf('donaudampfschifffahrt').length).toBeLessThanOrEqual(29);
  });
});
