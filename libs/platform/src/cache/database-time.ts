import type { EntityManager } from 'typeorm';

/**
 * The version of a cached value that has no version of its own, such as a list: the clock of the database, in
 * microseconds. A reader gets it before its first read, a change gets it after its commit. So a reader that cannot see
 * the change has a smaller version than the change and cannot overwrite it; every later reader has a larger one.
 * `now()` is the start of this statement's transaction, before its snapshot. The clocks of processes would not agree.
 */
export async function databaseTime(db: Pick<EntityManager, 'sql'>): Promise<number> {
  const [row] = await db.sql<
    [{ time: number }]
  >`SELECT (extract(epoch FROM now()) * 1000000)::float8 AS time`;
  return row.time;
}
