import { describe, expect, it } from '@jest/globals';
import { AliasNumbers, aliasOf } from './alias.rules.js';

const under = (article: string, secret = 'a secret of at least 32 characters') =>
  new AliasNumbers(secret, article);
const article = under('article');
const numbers = (of: AliasNumbers, from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => of.at(from + i));

describe('the number of an alias', () => {
  it('has four digits for the first 9,000 readers, and is different for each', () => {
    const all = numbers(article, 0, 9_000).toSorted((one, other) => one - other);
    expect(all).toEqual(Array.from({ length: 9_000 }, (_, i) => 1_000 + i));
  });

  it.each([
    [9_000, 5],
    [98_999, 5],
    [99_000, 6],
    [998_999, 6],
    [999_000, 7],
    [9_999_000, 8],
    [999_998_999, 9],
  ])('of reader %i has %i digits', (n, digits) => {
    expect(String(article.at(n))).toHaveLength(digits);
  });

  it('is unique among numbers of five and six digits', () => {
    const some = [...numbers(article, 9_000, 11_000), ...numbers(article, 99_000, 101_000)];
    expect(new Set(some).size).toBe(4_000);
  });

  it('depends on the article and on the secret, and on nothing else', () => {
    const first = numbers(article, 0, 20);
    expect(numbers(under('article'), 0, 20)).toEqual(first);
    expect(numbers(under('other'), 0, 20)).not.toEqual(first);
    expect(numbers(under('article', 'another secret'), 0, 20)).not.toEqual(first);
  });

  it('does not reveal the order of the readers', () => {
    const steps = numbers(article, 0, 1_001).map((number, i, all) => number > (all[i - 1] ?? 0));
    const upwards = steps.filter(Boolean).length;
    expect(upwards).toBeGreaterThan(400);
    expect(upwards).toBeLessThan(600);
  });

  it('is shown to readers as "User #4529"', () => {
    expect(aliasOf(4529)).toBe('User #4529');
  });
});
