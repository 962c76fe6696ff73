import type { EntityManager } from 'typeorm';
import { rowCount, type Changed } from '#platform';
import { reasonOf } from './dead-letters.js';
import { withinBatchBytes, type OutboxRow } from './outbox-cursor.js';

/**
 * Events that the log permanently refuses, for example because they exceed the topic's `max.message.bytes`. They and later
 * events of the same key, which must not overtake them, are held back so that the outbox keeps draining.
 */
export interface RefusedEvent {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly bytes: number;
  readonly reason: string;
  readonly refusedAt: Date;
  readonly retryRequested: boolean;
}

/** Holds `row` back, and later events of its key with it. Clears a request to retry. */
export async function refuse(tx: EntityManager, row: OutboxRow, error: unknown): Promise<void> {
  await tx.sql`
    INSERT INTO refused_key (topic, key, reason) VALUES (${row.topic}, ${row.key}, ${reasonOf(error)})
    ON CONFLICT (topic, key) DO UPDATE SET reason = excluded.reason, retry_requested_at = NULL`;
  await holdBack(tx, [row]);
}

/**
 * Moves rows out of the outbox because an event of their key was refused. Rows that are held back already stay where
 * they are.
 */
export async function holdBack(tx: EntityManager, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.sql`
    WITH moved AS (
      DELETE FROM outbox USING refused_key
      WHERE id = ANY(${rows.map(({ id }) => id)})
        AND refused_key.topic = outbox.topic AND refused_key.key = outbox.key
      RETURNING outbox.*)
    INSERT INTO refused_event (id, topic, key, headers, value, created_at)
    SELECT id, topic, key, headers, value, created_at FROM moved`;
}

/** The oldest events of the keys that an operator wants retried; at most `limit` rows and 8 MiB. */
export function eventsToRetry(tx: EntityManager, limit: number): Promise<OutboxRow[]> {
  return tx.query(
    withinBatchBytes(
      `SELECT id, topic, key, headers, value, 'refused_event' AS "table", false AS "isHeld" FROM refused_event
       WHERE (topic, key) IN (SELECT topic, key FROM refused_key WHERE retry_requested_at IS NOT NULL)
       ORDER BY id LIMIT $1`,
    ),
    [limit],
  );
}

/**
 * Deletes held events, and the hold on keys that have none left.
 * @returns how many events were deleted.
 */
export async function dropRefused(tx: EntityManager, ids: readonly string[]): Promise<number> {
  const dropped = rowCount(await tx.sql<Changed>`DELETE FROM refused_event WHERE id = ANY(${ids})`);
  await tx.sql`
    DELETE FROM refused_key WHERE NOT EXISTS (
      SELECT FROM refused_event WHERE refused_event.topic = refused_key.topic AND refused_event.key = refused_key.key)`;
  return dropped;
}

/** Asks the running service to publish all held events of the keys of these events. @returns how many keys. */
export async function requestRetry(tx: EntityManager, ids: readonly string[] | 'all'): Promise<number> {
  return rowCount(
    ids === 'all'
      ? await tx.sql<Changed>`UPDATE refused_key SET retry_requested_at = now()`
      : await tx.sql<Changed>`
          UPDATE refused_key SET retry_requested_at = now()
          WHERE (topic, key) IN (SELECT topic, key FROM refused_event WHERE id = ANY(${ids}))`,
  );
}

/** At most `limit` held events, the oldest first. */
export function listRefused(tx: EntityManager, limit: number): Promise<RefusedEvent[]> {
  return tx.sql`
    SELECT id, topic, key, octet_length(value) AS bytes, reason, refused_at AS "refusedAt",
      retry_requested_at IS NOT NULL AS "retryRequested"
    FROM refused_event JOIN refused_key USING (topic, key) ORDER BY id LIMIT ${limit}`;
}

/** Erases every event of one key that has not been published yet, in every table that may hold it. */
export async function discardUnpublished(tx: EntityManager, topic: string, key: string): Promise<void> {
  await tx.sql`DELETE FROM outbox WHERE topic = ${topic} AND key = ${key}`;
  await tx.sql`DELETE FROM refused_event WHERE topic = ${topic} AND key = ${key}`;
  await tx.sql`DELETE FROM refused_key WHERE topic = ${topic} AND key = ${key}`;
  await tx.sql`DELETE FROM loopback_backlog WHERE topic = ${topic} AND key = ${key}`;
}
