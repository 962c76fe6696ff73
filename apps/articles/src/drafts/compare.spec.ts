import { describe, expect, it } from '@jest/globals';
import type { Block } from '#events';
import { anArticleSnapshot } from '#testing';
import { compare } from './compare.js';

const paragraph = (text: string): Block => ({ type: 'paragraph', runs: [{ text }] });
const crosshead = (text: string): Block => ({ type: 'crosshead', text });
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(paragraph) as [Block, Block, Block, Block];

const id = '01a209b8-7cb2-7521-8524-1798840b62b3';
const article = anArticleSnapshot({ id });
const blocks = (from: Block[], to: Block[]) =>
  compare({ ...article, body: from }, { ...article, body: to }).blocks;
const changes = (from: Block[], to: Block[]) => blocks(from, to).map(({ change }) => change);

describe('comparing two revisions', () => {
  it('names the fields that differ, with both values', () => {
    expect(compare(article, { ...article, headline: 'Neu', shortHeadline: 'Kurz' }).fields).toEqual([
      { field: 'headline', from: article.headline, to: 'Neu' },
      { field: 'shortHeadline', from: undefined, to: 'Kurz' },
    ]);
  });

  it('ignores the time of publication', () => {
    expect(compare(article, { ...article, updatedAt: '2026-12-01T00:00:00.000Z' })).toEqual({
      fields: [],
      blocks: [{ change: 'same', block: article.body[0] }],
    });
  });

  it.each([
    ['no changes', [a, b], [a, b], ['same', 'same']],
    ['a block added at the end', [a], [a, b], ['same', 'added']],
    ['a block added in the middle', [a, c], [a, b, c], ['same', 'added', 'same']],
    ['a removed block', [a, b, c], [a, c], ['same', 'removed', 'same']],
    ['a block with another text', [a, b, c], [a, d, c], ['same', 'changed', 'same']],
    ['a block of another type', [a, b], [a, crosshead('b')], ['same', 'added', 'removed']],
    ['changes of every block', [a, b], [c, d], ['changed', 'changed']],
  ])('finds %s', (_what, from, to, expected) => {
    expect(changes(from, to)).toEqual(expected);
  });

  it('shows a changed block before and after', () => {
    expect(blocks([a], [b])).toEqual([{ change: 'changed', from: a, to: b }]);
  });
});
