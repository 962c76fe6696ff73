import { rowCount } from '#platform';
import type { EntityManager } from 'typeorm';
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
  await tx.query(
    `INSERT INTO refused_key (topic, key, reason) VALUES ($1, $2, $3)
     ON CONFLICT (topic, key) DO UPDATE SET reason = excluded.reason, retry_requested_at = NULL`,
    [row.topic, row.key, reasonOf(error)],
  );
  await holdBack(tx, [row]);
}

/** Moves rows out of the outbox because an event of their key was refused; rows already held back stay as they are. */
export async function holdBack(tx: EntityManager, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `WITH moved AS (
       DELETE FROM outbox USING refused_key
       WHERE id = ANY($1) AND refused_key.topic = outbox.topic AND refused_key.key = outbox.key RETURNING outbox.*)
     INSERT INTO refused_event (id, topic, key, headers, value, created_at)
     SELECT id, topic, key, headers, value, created_at FROM moved`,
    [rows.map(({ id }) => id)],
  );
}

/** The oldest events of the keys that an operator wants published again; `limit` and 8 MiB at most. */
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

/** Deletes events that have been published or are not wanted any more, and the hold on keys without any left. */
export async function dropRefused(tx: EntityManager, ids: readonly string[]): Promise<number> {
  const dropped = rowCount(await tx.query(`DELETE FROM refused_event WHERE id = ANY($1)`, [ids]));
  await tx.query(
    `DELETE FROM refused_key WHERE NOT EXISTS (
       SELECT FROM refused_event WHERE refused_event.topic = refused_key.topic AND refused_event.key = refused_key.key)`,
  );
  return dropped;
}

/** Asks the service to publish the events of these events' keys again; null means all. @returns how many keys. */
export async function requestRetry(tx: EntityManager, ids: readonly string[] | null): Promise<number> {
  return rowCount(
    await tx.query(
      `UPDATE refused_key SET retry_requested_at = now() WHERE $1::bigint[] IS NULL OR (topic, key) IN (
         SELECT topic, key FROM refused_event WHERE id = ANY($1))`,
      [ids],
    ),
  );
}

/** The oldest first, `limit` at most. */
export function listRefused(tx: EntityManager, limit: number): Promise<RefusedEvent[]> {
  return tx.query(
    `SELECT id, topic, key, octet_length(value) AS bytes, reason, refused_at AS "refusedAt",
       retry_requested_at IS NOT NULL AS "retryRequested"
     FROM refused_event JOIN refused_key USING (topic, key) ORDER BY id LIMIT $1`,
    [limit],
  );
}

/** Erases everything of one key that has not been published yet, wherever it waits. */
export async function discardUnpublished(tx: EntityManager, topic: string, key: string): Promise<void> {
  await tx.query(`DELETE FROM outbox WHERE topic = $1 AND key = $2`, [topic, key]);
  await tx.query(`DELETE FROM refused_event WHERE topic = $1 AND key = $2`, [topic, key]);
  await tx.query(`DELETE FROM refused_key WHERE topic = $1 AND key = $2`, [topic, key]);
  await tx.query(`DELETE FROM loopback_backlog WHERE topic = $1 AND key = $2`, [topic, key]);
}
