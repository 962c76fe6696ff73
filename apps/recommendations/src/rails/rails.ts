import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CACHE, databaseTime, type Cache } from '#platform';
import type { Card } from '../cards/card.js';
import { readThrough } from '../cache/read-through.js';
import { Cards } from '../cards/cards.js';
import { findCards } from '../cards/cards.queries.js';
import { Interactions } from '../interactions/interactions.js';
import { SlotsService } from '../slots/slots.service.js';
import { newestOfPlace, newestOfSection, newestOfTopic, relatedTo } from './rails.queries.js';
import { fillRails, type Rail, type RailList } from './rails.rules.js';

/** Seconds that a page's lists are cached, and the longest that a new article is missing from the rails of older ones. */
const TTL = 10;

const keyOf = (articleId: string): string => `rails:${articleId}`;

interface PageLists {
  readonly section: string | undefined;
  readonly lists: readonly RailList[];
}

const NO_LISTS: PageLists = { section: undefined, lists: [] };

/**
 * The rails of an article's page, with two round trips to the cache: first the lists of ids and the slots, then the
 * cards and counts of all ids. A card is cached once, not in every list, so a change or retraction shows everywhere
 * immediately.
 */
@Injectable()
export class Rails {
  /** Articles whose cached lists are invalidated in the next microtask. */
  private stale = new Set<string>();

  constructor(
    private readonly db: DataSource,
    @Inject(CACHE) private readonly cache: Cache,
    private readonly cards: Cards,
    private readonly slots: SlotsService,
    private readonly interactions: Interactions,
  ) {}

  async of(articleId: string): Promise<Rail[]> {
    const [cachedLists, cachedSlots] = await this.cache.getMany([keyOf(articleId), this.slots.key]);
    const { section, lists } = await this.lists(articleId, cachedLists);
    const slots = await this.slots.complete(cachedSlots);
    const ids = [...new Set(lists.flatMap((list) => list.ids))];
    const cached = await this.cache.getMany([...this.cards.keys(ids), ...this.interactions.keys(ids)]);
    const cards = await this.cards.complete(ids, cached.slice(0, ids.length));
    const counts = await this.interactions.complete(ids, cached.slice(ids.length));
    const interactions = new Map([...counts].map(([id, { comments, votes }]) => [id, comments + votes]));
    return fillRails({ articleId, section, lists, slots, cards, interactions });
  }

  /**
   * Invalidates the cached lists of these pages. Call it after the commit of the change; calls after the same commit
   * share one round trip.
   */
  async forget(articleIds: readonly string[]): Promise<void> {
    const isFirst = this.stale.size === 0;
    for (const id of articleIds) this.stale.add(id);
    if (!isFirst) return;
    await Promise.resolve();
    const ids = [...this.stale];
    this.stale.clear();
    await this.cache.forget(ids.map(keyOf), await databaseTime(this.db), TTL);
  }

  private async lists(articleId: string, cached: string | undefined): Promise<PageLists> {
    const found = await readThrough<PageLists>(this.cache, [articleId], [cached], {
      keyOf,
      seconds: TTL,
      load: async () => {
        const version = await databaseTime(this.db);
        return [{ id: articleId, value: await this.choose(articleId), version }];
      },
    });
    return found.get(articleId) ?? NO_LISTS;
  }

  private async choose(articleId: string): Promise<PageLists> {
    const [card] = await findCards(this.db.manager, [articleId]);
    if (!card) return NO_LISTS;
    return { section: card.value.section.slug, lists: await this.listsFor(card.value) };
  }

  private async listsFor({ id, section, topics, places }: Card): Promise<RailList[]> {
    const db = this.db.manager;
    const [topic] = topics;
    const [place] = places;
    const wanted: (Omit<RailList, 'ids'> & { ids: Promise<string[]> })[] = [
      { kind: 'related', title: 'Weiterlesen', ids: relatedTo(db, id) },
      { kind: 'section', title: `Mehr in ${section.name}`, ids: newestOfSection(db, section.slug) },
    ];
    if (topic) {
      wanted.push({ kind: 'topic', title: `Mehr ${topic.name}`, ids: newestOfTopic(db, topic.slug) });
    }
    if (place) {
      wanted.push({ kind: 'place', title: `Mehr aus ${place.name}`, ids: newestOfPlace(db, place.slug) });
    }
    return Promise.all(wanted.map(async (rail) => ({ ...rail, ids: await rail.ids })));
  }
}
