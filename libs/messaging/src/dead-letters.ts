import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { rowCount, type Changed } from '#platform';
import { headersFromJson, headersToJson, type ReceivedMessage } from './message.js';

/** A message that could not be handled, byte for byte. */
export interface DeadLetter extends ReceivedMessage {
  readonly id: string;
  readonly reason: string;
  readonly attempts: number;
  readonly diedAt: Date;
}

interface DeadLetterRow extends Omit<DeadLetter, 'headers' | 'diedAt'> {
  readonly headers: Record<string, string>;
  readonly died_at: Date;
}

/** Raw SQL for a template. */
const columns = (): string =>
  `id, topic, partition, "offset", key, headers, value, reason, attempts, died_at`;

const letterOf = ({ headers, died_at, ...row }: DeadLetterRow): DeadLetter => ({
  ...row,
  headers: headersFromJson(headers),
  diedAt: died_at,
});

/** Keeps a message that failed. The same message from the same position is kept once. */
export async function addDeadLetter(
  tx: EntityManager,
  message: ReceivedMessage,
  error: unknown,
  attempts: number,
): Promise<void> {
  const { topic, partition, offset, key, headers, value } = message;
  const digest = createHash('sha256')
    .update(value ?? '')
    .digest();
  await tx.sql`
    INSERT INTO dead_letter (topic, partition, "offset", key, headers, value, digest, reason, attempts)
    VALUES (${topic}, ${partition}, ${offset}, ${key}, ${headersToJson(headers)}, ${value}, ${digest},
      ${reasonOf(error)}, ${attempts})
    ON CONFLICT DO NOTHING`;
}

/** At most `limit` letters with ids after `afterId`, the oldest first. */
export async function listDeadLetters(
  tx: EntityManager,
  limit: number,
  afterId = '0',
): Promise<DeadLetter[]> {
  const rows = await tx.sql<DeadLetterRow[]>`
    SELECT ${columns} FROM dead_letter WHERE id > ${afterId} ORDER BY id LIMIT ${limit}`;
  return rows.map(letterOf);
}

export async function findDeadLetter(tx: EntityManager, id: string): Promise<DeadLetter | undefined> {
  const rows = await tx.sql<DeadLetterRow[]>`SELECT ${columns} FROM dead_letter WHERE id = ${id}`;
  return rows.map(letterOf)[0];
}

/** Asks the running service to handle these letters again. @returns how many there are. */
export async function requestRedrive(tx: EntityManager, ids: readonly string[] | 'all'): Promise<number> {
  return rowCount(
    ids === 'all'
      ? await tx.sql<Changed>`UPDATE dead_letter SET redrive_requested_at = now()`
      : await tx.sql<Changed>`UPDATE dead_letter SET redrive_requested_at = now() WHERE id = ANY(${ids})`,
  );
}

/** Deletes letters. @returns how many there were. */
export async function dropDeadLetters(tx: EntityManager, ids: readonly string[]): Promise<number> {
  return rowCount(await tx.sql<Changed>`DELETE FROM dead_letter WHERE id = ANY(${ids})`);
}

/** The next letter to be redriven, locked for this transaction. */
export async function claimRedrive(tx: EntityManager): Promise<DeadLetter | undefined> {
  const rows = await tx.sql<DeadLetterRow[]>`
    SELECT ${columns} FROM dead_letter WHERE redrive_requested_at IS NOT NULL
    ORDER BY redrive_requested_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`;
  return rows.map(letterOf)[0];
}

/** Moves a letter behind the others that wait for a redrive. */
export async function postponeRedrive(tx: EntityManager, id: string): Promise<void> {
  await tx.sql`UPDATE dead_letter SET redrive_requested_at = clock_timestamp() WHERE id = ${id}`;
}

/** Clears the redrive request of a letter that failed again, and records the new reason. */
export async function recordFailedRedrive(tx: EntityManager, id: string, error: unknown): Promise<void> {
  await tx.sql`
    UPDATE dead_letter SET reason = ${reasonOf(error)}, attempts = attempts + 1, redrive_requested_at = NULL
    WHERE id = ${id}`;
}

/** An error as it is stored: at most 2,000 characters, without the null character, which Postgres cannot store. */
export const reasonOf = (error: unknown): string => String(error).replaceAll('\0', '\\0').slice(0, 2_000);
