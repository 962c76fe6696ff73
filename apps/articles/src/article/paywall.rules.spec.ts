import { describe, expect, it } from '@jest/globals';
import { anArticleSnapshot } from '#testing';
import { readableWithoutSubscription } from './paywall.rules.js';

const bodyOf = (blocks: number) =>
  Array.from({ length: blocks }, (_, i) => ({
    type: 'paragraph' as const,
    runs: [{ text: `Absatz ${i + 1}` }],
  }));

describe('the text without a subscription', () => {
  it('is complete for a free article', () => {
    const article = anArticleSnapshot({ body: bodyOf(5) });
    expect(readableWithoutSubscription(article)).toBe(article);
  });

  it('ends after two blocks of the body for a paid article', () => {
    const corrections = [{ at: '2026-11-03T08:00:00.000Z', note: 'Datum berichtigt.' }];
    const article = anArticleSnapshot({ access: 'paid', body: bodyOf(5), corrections });
    expect(readableWithoutSubscription(article)).toEqual({
      ...article,
      body: bodyOf(2),
      restricted: true,
    });
  });

  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
  ])('of a paid article with %i blocks has %i, never all', (blocks, free) => {
    const article = anArticleSnapshot({ access: 'paid', body: bodyOf(blocks) });
    expect(readableWithoutSubscription(article)).toMatchObject({ body: bodyOf(free), restricted: true });
  });
});
