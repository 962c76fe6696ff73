import type { EntityManager } from 'typeorm';

/**
 * The version of a cached value that has none of its own, such as a list: the database's clock, in microseconds.
 * A reader takes it before its first read, a change takes it after its commit. So whoever has read before the change was
 * visible has a smaller version than the change and cannot put the past back, and every later reader has a larger one.
 * `now()` is the start of this statement's own transaction, before its snapshot; clocks of processes would not agree.
 */
export async function databaseTime(db: Pick<EntityManager, 'query'>): Promise<number> {
  const [row] = await db.query(`SELECT (extract(epoch FROM now()) * 1000000)::float8 AS time`);
  return row.time;
}
