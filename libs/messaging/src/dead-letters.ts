import { rowCount } from '#platform';
import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { headersFromJson, headersToJson, type ReceivedMessage } from './message.js';

/** A message that could not be handled, kept as it came, byte for byte. */
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

const columns = `id, topic, partition, "offset", key, headers, value, reason, attempts, died_at`;

const letterOf = ({ headers, died_at, ...row }: DeadLetterRow): DeadLetter => ({
  ...row,
  headers: headersFromJson(headers),
  diedAt: died_at,
});

/** Sets a message aside. The same message from the same place is kept once. */
export async function bury(
  tx: EntityManager,
  message: ReceivedMessage,
  error: unknown,
  attempts: number,
): Promise<void> {
  const { topic, partition, offset, key, headers, value } = message;
  const digest = createHash('sha256')
    .update(value ?? '')
    .digest();
  await tx.query(
    `INSERT INTO dead_letter (topic, partition, "offset", key, headers, value, digest, reason, attempts)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    [topic, partition, offset, key, headersToJson(headers), value, digest, reasonOf(error), attempts],
  );
}

/** The oldest letters first, `limit` at most, from after `afterId`. */
export async function listDeadLetters(
  tx: EntityManager,
  limit: number,
  afterId = '0',
): Promise<DeadLetter[]> {
  const rows: DeadLetterRow[] = await tx.query(
    `SELECT ${columns} FROM dead_letter WHERE id > $1 ORDER BY id LIMIT $2`,
    [afterId, limit],
  );
  return rows.map(letterOf);
}

export async function findDeadLetter(tx: EntityManager, id: string): Promise<DeadLetter | undefined> {
  const rows: DeadLetterRow[] = await tx.query(`SELECT ${columns} FROM dead_letter WHERE id = $1`, [id]);
  return rows.map(letterOf)[0];
}

/** Asks the service to handle the letters once more; null means all. @returns how many are now waiting. */
export async function requestRedrive(tx: EntityManager, ids: readonly string[] | null): Promise<number> {
  return rowCount(
    await tx.query(
      `UPDATE dead_letter SET redrive_requested_at = now() WHERE $1::bigint[] IS NULL OR id = ANY($1)`,
      [ids],
    ),
  );
}

/** Throws the letters away for good. @returns how many went. */
export async function dropDeadLetters(tx: EntityManager, ids: readonly string[]): Promise<number> {
  return rowCount(await tx.query(`DELETE FROM dead_letter WHERE id = ANY($1)`, [ids]));
}

/** The next letter that is to be handled again, locked for this transaction. */
export async function claimRedrive(tx: EntityManager): Promise<DeadLetter | undefined> {
  const rows: DeadLetterRow[] = await tx.query(
    `SELECT ${columns} FROM dead_letter WHERE redrive_requested_at IS NOT NULL
     ORDER BY redrive_requested_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  return rows.map(letterOf)[0];
}

/** Puts a letter behind the others that are to be handled again. */
export async function postponeRedrive(tx: EntityManager, id: string): Promise<void> {
  await tx.query(`UPDATE dead_letter SET redrive_requested_at = clock_timestamp() WHERE id = $1`, [id]);
}

/** Puts a letter back that failed once more, with what was wrong this time. */
export async function keepDeadLetter(tx: EntityManager, id: string, error: unknown): Promise<void> {
  await tx.query(
    `UPDATE dead_letter SET reason = $2, attempts = attempts + 1, redrive_requested_at = NULL WHERE id = $1`,
    [id, reasonOf(error)],
  );
}

/** An error as a table keeps it: at most 2,000 characters, without the null character that Postgres does not store. */
export const reasonOf = (error: unknown): string => String(error).replaceAll('\0', '\\0').slice(0, 2_000);
