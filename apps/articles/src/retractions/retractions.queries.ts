import type { EntityManager } from 'typeorm';

/**
 * A response names at most this many articles, the latest, none older than this many days: up to 800 kB. The window
 * outlasts any outage of Kafka, through which all other services receive retractions. The gateway keeps as many ids
 * (`retractions.ts` there).
 */
export const retractionLimits = { articles: 20_000, days: 7 } as const;

export interface RetractionsResponse {
  readonly articleIds: string[];
  /** Send it back as `after` to get only newer ones; an id may occur twice. */
  readonly cursor: string;
}

/**
 * Articles that were recently retracted or purged: since `after`, or in the whole window.
 *
 * The cursor is the oldest transaction still running. A transaction that commits after this snapshot has that number or
 * a higher one, so a retraction that began early and commits late is not missed. A cursor from the future
 * comes from another database cluster, before a dump was restored into this one, and is ignored.
 */
export async function retractedLately(db: EntityManager, after = '0'): Promise<RetractionsResponse> {
  const { days, articles } = retractionLimits;
  const [{ isForeign, ...response }] = await db.sql<[RetractionsResponse & { isForeign: boolean }]>`
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS cursor,
      ${after}::xid8 > pg_snapshot_xmax(pg_current_snapshot()) AS "isForeign", ARRAY(
      SELECT article_id FROM retraction
      WHERE transaction_id >= ${after}::xid8 AND at > now() - make_interval(days => ${days})
      ORDER BY transaction_id DESC LIMIT ${articles}
    )::text[] AS "articleIds"`;
  return isForeign ? retractedLately(db) : response;
}
