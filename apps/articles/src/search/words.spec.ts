import { describe, expect, it } from '@jest/globals';
import { compoundsOf, wordsOf } from './words.js';

const forms = (text: string): string[] => wordsOf(text).map(({ form }) => form);
const spellings = (text: string): string[] => wordsOf(text).map(({ spelling }) => spelling);

describe('the words of a text', () => {
  it.each([
    ['umlauts in all three spellings', 'Zürich Zuerich Zurich', ['zurich', 'zurich', 'zurich']],
    ['a decomposed umlaut', 'Fo\u0308hn', ['fohn']],
    [
      'soft hyphens and zero-width characters',
      'Öster\u00adreich Wort\u200b\u200dteil',
      ['osterreich', 'wortteil'],
    ],
    ['ue after a vowel or a q, which is no ü', 'neue Bauer Queen', ['neue', 'bauer', 'queen']],
    ['ß', 'Straße', ['strasse']],
    [
      'accents of other languages',
      'Café Élysée Čapek Søren Łódź',
      ['cafe', 'elysee', 'capek', 'soren', 'lodz'],
    ],
    ['ligatures and subscripts', 'ﬁnal CO₂', ['final', 'co2']],
    [
      'thousands with an apostrophe, a narrow space or a dot',
      "1’000 1'000 12\u202f000 2.500.000",
      ['1000', '1000', '12000', '2500000'],
    ],
    ['decimals', '3,5 3.5 1’234.50', ['3.5', '3.5', '1234.50']],
    ['a date, which is no number', '1.8.2026', ['1', '8', '2026']],
    ['emoji, quotation marks and brackets, which are not words', '🚲 «Velo» <b>', ['velo', 'b']],
  ])('are recognized and normalized: %s', (_what, text, expected) => {
    expect(forms(text)).toEqual(expected);
  });

  it('keep umlauts in their spelling', () => {
    expect(spellings('Mueller Muller Noël')).toEqual(['müller', 'muller', 'nöl']);
  });

  it('keep their positions in the original text', () => {
    const text = '«Öster\u00adreich» und Fo\u0308hn';
    expect(wordsOf(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      'Öster\u00adreich',
      'und',
      'Fo\u0308hn',
    ]);
  });

  it.each([
    ['E-Bike-Unfälle', ['ebike', 'ebikeunfalle', 'bikeunfalle']],
    ['G-7', ['g7']],
    ['Covid‑19', ['covid19']],
    ['O’Neill', ['oneill']],
    ['Lehrer*innen', ['lehrerinnen']],
    ['Geld- und Haftstrafen', []],
    ['2025-2026', []],
    ['Ende. Anfang', []],
  ])('are also joined when they are attached: %s', (text, expected) => {
    expect(compoundsOf(wordsOf(text)).map(({ form }) => form)).toEqual(expected);
  });

  it('are found in a long text without spaces in linear time', () => {
    expect(wordsOf('1.2.3-'.repeat(20_000))).toHaveLength(60_000);
    expect(wordsOf("1'000".repeat(20_000)).length).toBeGreaterThan(0);
  });
});
