import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import { unlessNewer } from '#messaging';
import { afterCommit, CACHE, type Cache } from '#platform';
import { cardOf, wordsOf, type Card } from './card.js';

/** Seconds a card is cached. A change reaches the cache with its event; this only bounds what a crash may leave. */
const TTL = 30;
/** Stemmed words kept of each article, the most frequent first. */
const TERMS = 60;

const projection = {
  key: 'article_id',
  version: 'version',
  columns: ['gone', 'card', 'section', 'topics', 'places', 'terms', 'published_at'],
};

const keyOf = (id: string): string => `card:${id}`;

interface CardRow {
  readonly article_id: string;
  readonly version: number;
  readonly card: Card;
}

/** The projection of articles that rails are made of. */
@Injectable()
export class Cards {
  constructor(
    private readonly db: DataSource,
    @Inject(CACHE) private readonly cache: Cache,
  ) {}

  /** @returns false when a newer version, or the article's retraction, is known already. */
  async put(tx: EntityManager, article: ArticleSnapshot, version: number): Promise<boolean> {
    const card = cardOf(article);
    const kept = await tx.sql<object[]>`
      INSERT INTO card (article_id, version, gone, card, section, topics, places, terms, published_at)
      VALUES (${article.id}, ${version}, false, ${JSON.stringify(card)}, ${article.section.slug},
        ${article.topics.map(({ slug }) => slug)}, ${article.places.map(({ slug }) => slug)}, ARRAY(
          SELECT lexeme FROM unnest(to_tsvector('german', ${wordsOf(article)})) WHERE length(lexeme) > 2
          ORDER BY cardinality(positions) DESC, lexeme LIMIT ${TERMS}), ${article.publishedAt})
      ${unlessNewer('card', projection)}`;
    if (kept.length === 0) return false;
    const entry = { key: keyOf(article.id), value: JSON.stringify(card), version };
    afterCommit(tx, () => this.cache.put([entry], TTL));
    return true;
  }

  /**
   * Leaves a tombstone: a late older snapshot cannot bring the card back, and no text of it stays here.
   * @returns false when a newer version is known already.
   */
  async drop(tx: EntityManager, articleId: string, version: number): Promise<boolean> {
    const dropped = await tx.sql<object[]>`
      INSERT INTO card (article_id, version, gone) VALUES (${articleId}, ${version}, true)
      ${unlessNewer('card', projection)}`;
    if (dropped.length === 0) return false;
    afterCommit(tx, () => this.cache.forget([keyOf(articleId)], version, TTL));
    return true;
  }

  /** The cache keys of cards, so that a page can ask for them together with other things. */
  readonly keys = (ids: readonly string[]): string[] => ids.map(keyOf);

  /** Cards by id out of what the cache answered for their keys; what it missed comes from the database. */
  async complete(
    ids: readonly string[],
    cached: readonly (string | undefined)[],
  ): Promise<Map<string, Card>> {
    const cards = new Map<string, Card>();
    const missing: string[] = [];
    ids.forEach((id, i) => {
      const text = cached[i];
      if (text) cards.set(id, JSON.parse(text) as Card);
      else missing.push(id);
    });
    if (missing.length === 0) return cards;
    const rows: CardRow[] = await this.db.query(
      `SELECT article_id, version, card FROM card WHERE article_id = ANY($1) AND NOT gone`,
      [missing],
    );
    for (const { article_id: id, card } of rows) cards.set(id, card);
    void this.cache.offer(
      rows.map(({ article_id: id, version, card }) => ({
        key: keyOf(id),
        value: JSON.stringify(card),
        version,
      })),
      TTL,
    );
    return cards;
  }
}
