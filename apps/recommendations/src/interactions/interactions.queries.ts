import type { EntityManager } from 'typeorm';
import type { Loaded } from '../cache/read-through.js';

export interface Counts {
  readonly comments: number;
  readonly votes: number;
}

/** The counts of all these articles, 0 for an article without interactions. */
export async function findCounts(tx: EntityManager, ids: readonly string[]): Promise<Loaded<Counts>[]> {
  const rows = await tx.sql<(Counts & { id: string; rev: number })[]>`
    SELECT wanted.id, coalesce(comments, 0) AS comments, coalesce(votes, 0) AS votes, coalesce(rev, 0) AS rev
    FROM unnest(${ids}::uuid[]) AS wanted (id) LEFT JOIN interactions ON article_id = wanted.id`;
  return rows.map(({ id, comments, votes, rev }) => ({ id, value: { comments, votes }, version: rev }));
}
