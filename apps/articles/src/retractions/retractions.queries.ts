import type { DataSource } from 'typeorm';

/**
 * What one answer names at most: the newest so many, and none older than this many days. That is 800 kB. The window is
 * longer than any outage of Kafka, from which everyone else learns of retractions. The gateway keeps as many ids
 * (`retractions.ts` there).
 */
export const retractionLimits = { articles: 20_000, days: 7 } as const;

export interface RetractionsResponse {
  readonly articleIds: string[];
  /** Send it back as `after` to get only what is new; an id may be named twice. */
  readonly cursor: string;
}

/**
 * Articles that were retracted or purged lately: since `after`, or in all of the window.
 *
 * The cursor is the oldest transaction that had not ended yet. What commits later than this snapshot has that number or
 * a higher one, so a retraction that began early and commits late is not missed. A cursor from the future comes from
 * another database cluster, before a dump was restored into this one, and counts as none.
 */
export async function retractedLately(db: DataSource, after = '0'): Promise<RetractionsResponse> {
  const [{ isForeign, ...answer }]: [RetractionsResponse & { isForeign: boolean }] = await db.query(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS cursor,
       $1::xid8 > pg_snapshot_xmax(pg_current_snapshot()) AS "isForeign", ARRAY(
       SELECT article_id FROM retraction
       WHERE transaction_id >= $1::xid8 AND at > now() - make_interval(days => ${retractionLimits.days})
       ORDER BY transaction_id DESC LIMIT ${retractionLimits.articles}
     )::text[] AS "articleIds"`,
    [after],
  );
  return isForeign ? retractedLately(db) : answer;
}
