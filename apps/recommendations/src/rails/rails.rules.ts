import type { Picture } from '#events';
import type { Card } from '../cards/card.js';
import type { RailKind } from '../slots/rail-kind.js';
import type { Slot } from '../slots/slot.entity.js';

const CARDS_PER_RAIL = 4;

/** A rail's candidates in order, more than it shows. */
export interface RailList {
  readonly kind: RailKind;
  readonly title: string;
  readonly ids: readonly string[];
}

export type RailCard = ArticleCard | SlotCard;

export interface ArticleCard extends Omit<Card, 'topics' | 'places'> {
  readonly type: 'article';
  readonly interactions: number;
}

/** A sold position in a rail; always labelled. */
export interface SlotCard {
  readonly type: 'slot';
  readonly id: string;
  readonly kicker: string;
  readonly headline: string;
  readonly picture: Picture;
  readonly label: 'paid' | 'partner';
  readonly sponsor: string;
  readonly url: string;
}

export interface Rail {
  readonly kind: RailKind;
  readonly title: string;
  readonly cards: RailCard[];
}

export interface Ingredients {
  /** The article of the page, which its rails never show. */
  readonly articleId: string;
  readonly section: string | undefined;
  readonly lists: readonly RailList[];
  readonly slots: readonly Slot[];
  readonly cards: ReadonlyMap<string, Card>;
  readonly interactions: ReadonlyMap<string, number>;
}

/**
 * Fills the rails of a page in order. No card appears twice on a page, and the article itself never does. Candidates
 * without a card are skipped. Slots keep their positions; a rail without articles is left out.
 */
export function fillRails({ articleId, section, lists, slots, cards, interactions }: Ingredients): Rail[] {
  const shown = new Set([articleId]);
  return lists.flatMap(({ kind, title, ids }) => {
    const sold = slots.filter((slot) => slot.rail === kind && (!slot.section || slot.section === section));
    const free = CARDS_PER_RAIL - Math.min(sold.length, CARDS_PER_RAIL);
    const candidates = ids.filter((id) => !shown.has(id)).flatMap((id) => cards.get(id) ?? []);
    const chosen = candidates.slice(0, free);
    if (chosen.length === 0) return [];
    for (const { id } of chosen) shown.add(id);
    const filled: RailCard[] = chosen.map((card) => articleCard(card, interactions.get(card.id) ?? 0));
    for (const slot of sold.toSorted((a, b) => a.position - b.position)) {
      filled.splice(slot.position - 1, 0, slotCard(slot));
    }
    return [{ kind, title, cards: filled.slice(0, CARDS_PER_RAIL) }];
  });
}

function articleCard({ topics: _t, places: _p, ...card }: Card, interactions: number): ArticleCard {
  return { type: 'article', ...card, interactions };
}

const slotCard = ({ id, kicker, headline, picture, label, sponsor, url }: Slot): SlotCard => ({
  type: 'slot',
  id,
  kicker,
  headline,
  picture,
  label,
  sponsor,
  url,
});
