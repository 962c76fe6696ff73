import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CACHE, databaseTime, type Cache } from '#platform';
import type { Card } from '../cards/card.js';
import { Cards } from '../cards/cards.js';
import { Interactions } from '../interactions/interactions.js';
import { Slots } from '../slots/slots.service.js';
import { fillRails, type Rail, type RailList } from './rails.rules.js';

/** Seconds a page's lists are cached: as long as a new article may take to turn up in older articles' rails. */
const TTL = 10;
/** Candidates of each rail; four are shown. */
const CANDIDATES = 12;

const keyOf = (articleId: string): string => `rails:${articleId}`;

interface PageLists {
  readonly section: string | undefined;
  readonly lists: readonly RailList[];
}

/**
 * The rails of an article's page. Two round trips to the cache: first the lists of ids and the slots, then the cards
 * and counts of all ids. A card is cached once, not in every list, so a changed or retracted one is right everywhere
 * at once.
 */
@Injectable()
export class Rails {
  /** Articles whose lists are about to be forgotten. */
  private stale = new Set<string>();

  constructor(
    private readonly db: DataSource,
    @Inject(CACHE) private readonly cache: Cache,
    private readonly cards: Cards,
    private readonly slots: Slots,
    private readonly interactions: Interactions,
  ) {}

  async of(articleId: string): Promise<Rail[]> {
    const [cachedLists, cachedSlots] = await this.cache.getMany([keyOf(articleId), this.slots.key]);
    const { section, lists } = cachedLists
      ? (JSON.parse(cachedLists) as PageLists)
      : await this.choose(articleId);
    const slots = await this.slots.complete(cachedSlots);
    const ids = [...new Set(lists.flatMap((list) => list.ids))];
    const cached = await this.cache.getMany([...this.cards.keys(ids), ...this.interactions.keys(ids)]);
    const cards = await this.cards.complete(ids, cached.slice(0, ids.length));
    const counts = await this.interactions.complete(ids, cached.slice(ids.length));
    const interactions = new Map([...counts].map(([id, { comments, votes }]) => [id, comments + votes]));
    return fillRails({ articleId, section, lists, slots, cards, interactions });
  }

  /**
   * Lets pages choose their lists anew, without waiting for the cache to forget them; called after the commit of what
   * changes them. All that one commit changes are forgotten together.
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

  private async choose(articleId: string): Promise<PageLists> {
    const asOf = await databaseTime(this.db);
    const [row]: { card: Card }[] = await this.db.query(
      `SELECT card FROM card WHERE article_id = $1 AND NOT gone`,
      [articleId],
    );
    const page = row
      ? { section: row.card.section.slug, lists: await this.listsFor(row.card) }
      : { section: undefined, lists: [] };
    void this.cache.offer([{ key: keyOf(articleId), value: JSON.stringify(page), version: asOf }], TTL);
    return page;
  }

  private async listsFor({ id, section, topics, places }: Card): Promise<RailList[]> {
    const [topic] = topics;
    const [place] = places;
    const wanted: (Omit<RailList, 'ids'> & { ids: Promise<string[]> })[] = [
      { kind: 'related', title: 'Weiterlesen', ids: this.related(id) },
      { kind: 'section', title: `Mehr in ${section.name}`, ids: this.newest('section = $1', section.slug) },
    ];
    if (topic) {
      wanted.push({
        kind: 'topic',
        title: `Mehr ${topic.name}`,
        ids: this.newest('topics @> ARRAY[$1]', topic.slug),
      });
    }
    if (place) {
      wanted.push({
        kind: 'place',
        title: `Mehr aus ${place.name}`,
        ids: this.newest('places @> ARRAY[$1]', place.slug),
      });
    }
    return Promise.all(wanted.map(async (rail) => ({ ...rail, ids: await rail.ids })));
  }

  private async related(articleId: string): Promise<string[]> {
    const rows: { id: string }[] = await this.db.query(
      `SELECT neighbour_id AS id FROM related WHERE article_id = $1 ORDER BY score DESC, neighbour_id LIMIT ${CANDIDATES}`,
      [articleId],
    );
    return rows.map(({ id }) => id);
  }

  private async newest(condition: string, slug: string): Promise<string[]> {
    const rows: { id: string }[] = await this.db.query(
      `SELECT article_id AS id FROM card WHERE ${condition} AND NOT gone ORDER BY published_at DESC LIMIT ${CANDIDATES}`,
      [slug],
    );
    return rows.map(({ id }) => id);
  }
}
