import { describe, expect, it } from '@jest/globals';
import { excerptOf, rangesOf } from './highlight.js';
import type { Query } from './tsquery.rules.js';
import type { Words } from './vocabulary.js';
import { withCompounds, wordsOf } from './words.js';

/** A query for these forms, which are their own stems. */
const query = (stems: string[], parts: string[] = []): Query => ({
  match: '',
  better: '',
  stems: new Set(stems),
  parts: new Set(parts),
});
const wordsIn = (text: string, parts: Record<string, string[]> = {}): Words =>
  new Map(
    withCompounds(wordsOf(text)).map(({ spelling, form }) => [
      spelling,
      { stem: form, parts: parts[form] ?? [], known: true },
    ]),
  );
const marked = (text: string, wanted: Query, parts?: Record<string, string[]>) =>
  rangesOf(text, wanted, wordsIn(text, parts)).map(({ start, end }) => text.slice(start, end));

describe('a highlight', () => {
  it.each([
    ['decomposed letters', 'Der Fo\u0308hn weht', ['fohn'], ['Fo\u0308hn']],
    ['soft hyphens', 'In Öster\u00adreich', ['osterreich'], ['Öster\u00adreich']],
    ['attached words', 'Mehr E-Bike-Unfälle', ['ebike'], ['E-Bike']],
    ['one of several attached words', 'Mehr E-Bike-Unfälle', ['unfalle'], ['Unfälle']],
    ['a word after emoji', '🚲🚲 Velo', ['velo'], ['Velo']],
  ])('covers the original text: %s', (_what, text, stems, expected) => {
    expect(marked(text, query(stems))).toEqual(expected);
  });

  it('covers the whole compound of a word', () => {
    expect(marked('Die Seilbahn steht', query([], ['bahn']), { seilbahn: ['seil', 'bahn'] })).toEqual([
      'Seilbahn',
    ]);
  });

  it('is merged when hits overlap', () => {
    expect(marked('E-Bike', query(['ebike', 'bike']))).toEqual(['E-Bike']);
  });
});

describe('an excerpt', () => {
  it('is the part of the text with the most words', () => {
    const text = `Velo ${'und '.repeat(60)} ein Velo am Fo\u0308hn ${'oder '.repeat(60)}`;
    const { text: piece, ranges } = excerptOf(text, query(['velo', 'fohn']), wordsIn(text))!;
    expect(text).toContain(piece);
    expect(ranges.map(({ start, end }) => piece.slice(start, end))).toEqual(['Velo', 'Fo\u0308hn']);
    expect(wordsOf(piece)).toHaveLength(30);
  });

  it('of a short text is the whole text on one line', () => {
    const text = 'Vorher.\n<Velo> nachher.';
    expect(excerptOf(text, query(['velo']), wordsIn(text))!.text).toBe('Vorher. <Velo> nachher.');
  });

  it('is absent when the text has none of the words', () => {
    expect(excerptOf('Bahn', query(['velo']), wordsIn('Bahn'))).toBeUndefined();
  });
});
