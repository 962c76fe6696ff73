import type { EntityManager } from 'typeorm';
import type { Loaded } from '../cache/read-through.js';
import type { Card } from './card.js';

/** The cards of articles, without retracted ones. */
export const findCards = (tx: EntityManager, ids: readonly string[]): Promise<Loaded<Card>[]> =>
  tx.sql`SELECT article_id AS id, card AS value, version FROM card WHERE article_id = ANY(${ids}::uuid[]) AND NOT gone`;
