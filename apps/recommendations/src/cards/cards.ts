import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import { unlessNewer } from '#messaging';
import { afterCommit, CACHE, type Cache } from '#platform';
import { readThrough } from '../cache/read-through.js';
import { cardOf, wordsOf, type Card } from './card.js';
import { findCards } from './cards.queries.js';

/** Seconds that a card is cached. Events update the cache; this bounds how long a card stays stale after a crash. */
const TTL = 30;
/** Stemmed words stored per article, the most frequent first. */
const TERMS = 60;

const projection = {
  key: 'article_id',
  version: 'version',
  columns: ['gone', 'card', 'section', 'topics', 'places', 'terms', 'published_at'],
};

const keyOf = (id: string): string => `card:${id}`;

/** The projection of articles into the cards of rails. */
@Injectable()
export class Cards {
  constructor(
    private readonly db: DataSource,
    @Inject(CACHE) private readonly cache: Cache,
  ) {}

  /** @returns false if a newer version, such as a retraction, is already known. */
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
   * Replaces the card with a tombstone without text, so that a late older snapshot cannot restore it.
   * @returns false if a newer version is already known.
   */
  async drop(tx: EntityManager, articleId: string, version: number): Promise<boolean> {
    const dropped = await tx.sql<object[]>`
      INSERT INTO card (article_id, version, gone) VALUES (${articleId}, ${version}, true)
      ${unlessNewer('card', projection)}`;
    if (dropped.length === 0) return false;
    afterCommit(tx, () => this.cache.forget([keyOf(articleId)], version, TTL));
    return true;
  }

  /** Cache keys of cards, so that a page can read them together with other entries. */
  readonly keys = (ids: readonly string[]): string[] => ids.map(keyOf);

  /** Cards by id, without retracted ones. @param cached what the cache returned for {@link keys}. */
  complete(ids: readonly string[], cached: readonly (string | undefined)[]): Promise<Map<string, Card>> {
    const load = (missing: readonly string[]) => findCards(this.db.manager, missing);
    return readThrough(this.cache, ids, cached, { keyOf, seconds: TTL, load });
  }
}
