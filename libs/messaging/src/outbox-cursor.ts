import type { EntityManager } from 'typeorm';
import { headersFromJson, type OutgoingMessage } from './message.js';

/** A batch is cut before it grows past this many bytes of values, unless its first row alone does. */
export const BATCH_BYTES = 8 * 1024 * 1024;
/**
 * How far below the last published id to read again: a transaction may take its ids early and commit late. A periodic full
 * scan finds even later commits.
 */
const OVERLAP = 5_000n;
/** Milliseconds between two full scans. */
const FULL_SCAN_EVERY = 5_000;

export interface OutboxRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: string;
  /** Where the row lies. */
  readonly table: 'outbox' | 'refused_event';
  /** The log refused an earlier event of the same key: this one must not overtake it. */
  readonly isHeld: boolean;
}

/**
 * Reads the oldest rows of the outbox. Deleted rows stay in the index while any snapshot in the database is older, such as a
 * backup's. Starting near the last published id skips most of them.
 */
export class OutboxCursor {
  private last = 0n;
  private fullScanAt = 0;

  /** The oldest rows, `limit` and 8 MiB at most, in the order in which they are to be published. */
  async read(tx: EntityManager, limit: number): Promise<OutboxRow[]> {
    const full = this.isFullScanDue;
    // Read before the rows: ids handed out later may not be visible yet.
    const [{ handed_out: handedOut }] = full
      ? await tx.query(`SELECT last_value AS handed_out FROM outbox_id_seq`)
      : [{ handed_out: 0 }];
    const rows: OutboxRow[] = await tx.query(
      `SELECT id, topic, key, headers, value, 'outbox' AS "table", "isHeld" FROM (
         SELECT *, sum(octet_length(value)) OVER (ORDER BY id) - octet_length(value) AS bytes_before,
           EXISTS (SELECT FROM refused_key WHERE refused_key.topic = oldest.topic AND refused_key.key = oldest.key) AS "isHeld"
         FROM (SELECT * FROM outbox WHERE id > $1 ORDER BY id LIMIT $2) AS oldest
       ) AS batch WHERE bytes_before < ${BATCH_BYTES} ORDER BY id`,
      [full ? '0' : this.from, limit],
    );
    if (full) {
      this.fullScanAt = performance.now() + FULL_SCAN_EVERY;
      this.last = rows[0] ? BigInt(rows[0].id) - 1n : BigInt(handedOut);
    }
    return rows;
  }

  /** Whether there is anything to read; far cheaper than a round. */
  async hasRows(tx: EntityManager): Promise<boolean> {
    if (this.isFullScanDue) return true;
    const [row] = await tx.query(`SELECT 1 FROM outbox WHERE id > $1 LIMIT 1`, [this.from]);
    return row !== undefined;
  }

  /** Whether the next read begins at the first row. */
  get isFullScanDue(): boolean {
    return performance.now() >= this.fullScanAt;
  }

  /** Notes that everything up to this row has left the outbox. */
  advanceTo(row: OutboxRow): void {
    if (BigInt(row.id) > this.last) this.last = BigInt(row.id);
  }

  private get from(): string {
    return String(this.last > OVERLAP ? this.last - OVERLAP : 0n);
  }
}

export const messageOf = ({ id, topic, key, headers, value }: OutboxRow): OutgoingMessage => ({
  outboxId: id,
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: headersFromJson(headers),
});
