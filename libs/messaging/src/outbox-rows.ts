import type { EntityManager } from 'typeorm';
import { headersFromJson, type OutgoingMessage } from './message.js';

/** A batch is cut before it grows past this many bytes of values, unless its first row alone does. */
const BATCH_BYTES = 8 * 1024 * 1024;
/**
 * Ids below the last published one that are looked at again, since a transaction that took its ids early may commit late.
 * What commits even later is found by a look from the start.
 */
const LOOK_BACK = 5_000n;
/** Milliseconds between two looks from the start. */
const FULL_LOOK_EVERY = 5_000;

export interface OutboxRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: string;
  /** An event of the same key was refused before: this one must not overtake it. */
  readonly held: boolean;
}

/**
 * Reads the oldest rows of the outbox. Rows that were deleted stay in the index for as long as any snapshot in the
 * database is older, such as a backup's; reading from near the last published id passes over only a few of them.
 */
export class OutboxCursor {
  private last = 0n;
  private fullLookAt = 0;

  /** The oldest rows, `limit` and 8 MiB at most, in the order in which they are to be published. */
  async read(tx: EntityManager, limit: number): Promise<OutboxRow[]> {
    const full = this.isFullLook;
    // Before the look: what the sequence gave out later may be under way and not yet visible.
    const [{ handed_out: handedOut }] = full
      ? await tx.query(`SELECT last_value AS handed_out FROM outbox_id_seq`)
      : [{ handed_out: 0 }];
    const rows: OutboxRow[] = await tx.query(
      `SELECT id, topic, key, headers, value, held FROM (
         SELECT *, sum(octet_length(value)) OVER (ORDER BY id) - octet_length(value) AS bytes_before,
           EXISTS (SELECT FROM refused_key WHERE refused_key.topic = oldest.topic AND refused_key.key = oldest.key) AS held
         FROM (SELECT * FROM outbox WHERE id > $1 ORDER BY id LIMIT $2) AS oldest
       ) AS batch WHERE bytes_before < ${BATCH_BYTES} ORDER BY id`,
      [full ? '0' : this.from, limit],
    );
    if (full) {
      this.fullLookAt = performance.now() + FULL_LOOK_EVERY;
      this.last = rows[0] ? BigInt(rows[0].id) - 1n : BigInt(handedOut);
    }
    return rows;
  }

  /** Whether there is anything to read; far cheaper than a round. */
  async hasRows(tx: EntityManager): Promise<boolean> {
    if (this.isFullLook) return true;
    const [row] = await tx.query(`SELECT 1 FROM outbox WHERE id > $1 LIMIT 1`, [this.from]);
    return row !== undefined;
  }

  /** Whether the next read looks from the start. */
  get isFullLook(): boolean {
    return performance.now() >= this.fullLookAt;
  }

  /** Makes the next read look from the start: rows with low ids have come back. */
  lookFromStart(): void {
    this.fullLookAt = 0;
  }

  /** Notes that everything up to this row has left the outbox. */
  passed(row: OutboxRow): void {
    if (BigInt(row.id) > this.last) this.last = BigInt(row.id);
  }

  private get from(): string {
    return String(this.last > LOOK_BACK ? this.last - LOOK_BACK : 0n);
  }
}

export const messageOf = ({ id, topic, key, headers, value }: OutboxRow): OutgoingMessage => ({
  outboxId: id,
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: headersFromJson(headers),
});
