import { rowCount, type Changed } from '#platform';
import type { EntityManager } from 'typeorm';
import type { NewsroomEvent } from '#events';

type Identity = Pick<NewsroomEvent, 'source' | 'id'>;

/**
 * The inbox: remembers, in the transaction of the handler, which events have taken effect. A second delivery finds
 * its row and is skipped; while the first is still under way the insert waits for it to commit or roll back.
 * @returns the events of `events` that are here for the first time, in their order, each once.
 */
export async function addToInbox<E extends Identity>(tx: EntityManager, events: readonly E[]): Promise<E[]> {
  // Sorted, so that two processes with the same events wait for each other instead of deadlocking.
  const sorted = events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const added: { source: string; event_id: string }[] = await tx.query(
    `INSERT INTO inbox (source, event_id) SELECT * FROM unnest($1::text[], $2::text[])
     ON CONFLICT DO NOTHING RETURNING source, event_id`,
    [sorted.map(({ source }) => source), sorted.map(({ id }) => id)],
  );
  const fresh = new Set(added.map(({ source, event_id: id }) => `${id} ${source}`));
  return events.filter(({ id, source }) => fresh.delete(`${id} ${source}`));
}

/** Marks an event as dead-lettered, so that a redelivery skips it. */
export async function markDead(tx: EntityManager, { source, id }: Identity): Promise<void> {
  await tx.query(`INSERT INTO inbox (source, event_id, dead) VALUES ($1, $2, true) ON CONFLICT DO NOTHING`, [
    source,
    id,
  ]);
}

/**
 * Clears an event's dead mark for a redrive.
 * @returns false when the event has already been handled, for example through another dead letter.
 */
export async function reviveInInbox(tx: EntityManager, { source, id }: Identity): Promise<boolean> {
  const revived: unknown[] = await tx.query(
    `INSERT INTO inbox (source, event_id) VALUES ($1, $2)
     ON CONFLICT (event_id, source) DO UPDATE SET dead = false WHERE inbox.dead RETURNING event_id`,
    [source, id],
  );
  return revived.length > 0;
}

/** Forgets what is older than `days`, 5,000 rows at a time. @returns how many rows went. */
export async function pruneInbox(tx: EntityManager, days: number): Promise<number> {
  const deleted: Changed = await tx.query(
    `DELETE FROM inbox WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM inbox WHERE received_at < now() - make_interval(days => $1) LIMIT 5000))`,
    [days],
  );
  return rowCount(deleted);
}
