import { describe, expect, it } from '@jest/globals';
import { ArticleSnapshot, Block, Picture } from '#events';
import { apiLimits } from './limits.js';

const { shape } = ArticleSnapshot;
const long = (length: number): string => 'x'.repeat(length);
const paragraph = (runs: number, length = 1) => ({
  type: 'paragraph',
  runs: Array.from({ length: runs }, () => ({ text: long(length) })),
});
const list = (items: number) => ({
  type: 'list',
  ordered: false,
  items: Array.from({ length: items }, () => [{ text: 'x' }]),
});
const quote = (text: number, attribution: number) => ({
  type: 'quote',
  text: long(text),
  attribution: long(attribution),
});

describe('the limits of an import', () => {
  it.each([
    ['kicker', apiLimits.kicker, (n: number) => shape.kicker.safeParse(long(n))],
    ['headline', apiLimits.headline, (n: number) => shape.headline.safeParse(long(n))],
    ['lead', apiLimits.lead, (n: number) => shape.lead.safeParse(long(n))],
    ['caption', apiLimits.caption, (n: number) => Picture.shape.caption.safeParse(long(n))],
    ['alt text', apiLimits.alt, (n: number) => Picture.shape.alt.safeParse(long(n))],
    ['credit', apiLimits.credit, (n: number) => Picture.shape.credit.safeParse(long(n))],
    ['run', apiLimits.run, (n: number) => Block.safeParse(paragraph(1, n))],
    ['crosshead', apiLimits.title, (n: number) => Block.safeParse({ type: 'crosshead', text: long(n) })],
    ['quote', apiLimits.quote, (n: number) => Block.safeParse(quote(n, 1))],
    ['attribution', apiLimits.attribution, (n: number) => Block.safeParse(quote(1, n))],
    ['number of runs', apiLimits.runs, (n: number) => Block.safeParse(paragraph(n))],
    ['number of items', apiLimits.items, (n: number) => Block.safeParse(list(n))],
    ['number of blocks', apiLimits.blocks, (n: number) => shape.body.safeParse(Array(n).fill(paragraph(1)))],
  ])('are those of the contract for the %s', (_what, most, parse) => {
    expect(parse(most).success).toBe(true);
    expect(parse(most + 1).success).toBe(false);
  });
});
