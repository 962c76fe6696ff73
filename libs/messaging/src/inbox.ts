import type { EntityManager } from 'typeorm';
import type { NewsroomEvent } from '#events';
import { rowCount, type Changed } from '#platform';

type Identity = Pick<NewsroomEvent, 'source' | 'id'>;

/**
 * Records in the transaction of the handlers which events take effect. A redelivered event finds its row and is skipped; while
 * another transaction handles it, the insert waits for that one to commit or roll back.
 * @returns those of `events` that are new, in their order, each once.
 */
export async function addToInbox<E extends Identity>(tx: EntityManager, events: readonly E[]): Promise<E[]> {
  // Sorted, so that two processes with the same events wait for each other instead of deadlocking.
  const sorted = events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const added = await tx.sql<{ source: string; event_id: string }[]>`
    INSERT INTO inbox (source, event_id)
    SELECT * FROM unnest(${sorted.map(({ source }) => source)}::text[], ${sorted.map(({ id }) => id)}::text[])
    ON CONFLICT DO NOTHING RETURNING source, event_id`;
  const fresh = new Set(added.map(({ source, event_id: id }) => `${id} ${source}`));
  return events.filter(({ id, source }) => fresh.delete(`${id} ${source}`));
}

/** Marks an event as dead-lettered, so that a redelivery skips it. */
export async function markDead(tx: EntityManager, { source, id }: Identity): Promise<void> {
  await tx.sql`
    INSERT INTO inbox (source, event_id, dead) VALUES (${source}, ${id}, true) ON CONFLICT DO NOTHING`;
}

/**
 * Clears an event's dead mark for a redrive.
 * @returns false when the event has already been handled, for example through another dead letter.
 */
export async function reviveInInbox(tx: EntityManager, { source, id }: Identity): Promise<boolean> {
  const revived = await tx.sql<object[]>`
    INSERT INTO inbox (source, event_id) VALUES (${source}, ${id})
    ON CONFLICT (event_id, source) DO UPDATE SET dead = false WHERE inbox.dead RETURNING event_id`;
  return revived.length > 0;
}

/** Deletes rows older than `days`, 5,000 at most. @returns how many were deleted. */
export async function pruneInbox(tx: EntityManager, days: number): Promise<number> {
  const deleted = await tx.sql<Changed>`
    DELETE FROM inbox WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM inbox WHERE received_at < now() - make_interval(days => ${days}) LIMIT 5000))`;
  return rowCount(deleted);
}
