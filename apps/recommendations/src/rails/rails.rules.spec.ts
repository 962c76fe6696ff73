import { describe, expect, it } from '@jest/globals';
import { anArticleSnapshot } from '#testing';
import { cardOf, type Card } from '../cards/card.js';
import type { Slot } from '../slots/slot.entity.js';
import { fillRails, type Ingredients } from './rails.rules.js';

const cards = (...ids: string[]): Map<string, Card> =>
  new Map(ids.map((id) => [id, cardOf(anArticleSnapshot({ id }))]));
const related = (...ids: string[]) => ({ kind: 'related' as const, title: 'Weiterlesen', ids });
const inSection = (...ids: string[]) => ({ kind: 'section' as const, title: 'Mehr in News', ids });
const aSlot = (overrides: Partial<Slot> = {}): Slot =>
  ({
    id: 'slot',
    rail: 'related',
    position: 2,
    section: null,
    label: 'paid',
    sponsor: 'Muster AG',
    ...overrides,
  }) as Slot;

const rails = (ingredients: Partial<Ingredients>) =>
  fillRails({
    articleId: 'self',
    section: 'news',
    lists: [],
    slots: [],
    cards: cards('self', 'a', 'b', 'c', 'd', 'e', 'f'),
    interactions: new Map(),
    ...ingredients,
  });
const idsOf = (...args: Parameters<typeof rails>) =>
  rails(...args).map((rail) => rail.cards.map(({ id }) => id));

describe('the rails of a page', () => {
  it('show four cards each', () => {
    expect(idsOf({ lists: [related('a', 'b', 'c', 'd', 'e')] })).toEqual([['a', 'b', 'c', 'd']]);
  });

  it('never show the article itself', () => {
    expect(idsOf({ lists: [related('self', 'a')] })).toEqual([['a']]);
  });

  it('show no card twice', () => {
    expect(idsOf({ lists: [related('a', 'b'), inSection('b', 'c', 'a', 'd')] })).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('show the next candidate in place of a missing card', () => {
    expect(idsOf({ lists: [related('a', 'gone', 'b')] })).toEqual([['a', 'b']]);
  });

  it('leave out a rail without articles, with or without slots', () => {
    expect(idsOf({ lists: [related('gone')], slots: [aSlot()] })).toEqual([]);
  });

  it('show the count of interactions', () => {
    const [rail] = rails({ lists: [related('a')], interactions: new Map([['a', 11]]) });
    expect(rail!.cards[0]).toMatchObject({ type: 'article', interactions: 11 });
  });
});

describe('a slot', () => {
  it('appears at its position, with its label, and replaces a card', () => {
    const [rail] = rails({ lists: [related('a', 'b', 'c', 'd')], slots: [aSlot()] });
    expect(rail!.cards.map(({ id }) => id)).toEqual(['a', 'slot', 'b', 'c']);
    expect(rail!.cards[1]).toMatchObject({ type: 'slot', label: 'paid', sponsor: 'Muster AG' });
  });

  it('appears only in its section', () => {
    const slots = [aSlot({ section: 'sport' })];
    expect(idsOf({ lists: [related('a')], slots })).toEqual([['a']]);
    expect(idsOf({ lists: [related('a')], slots, section: 'sport' })).toEqual([['a', 'slot']]);
  });
});
