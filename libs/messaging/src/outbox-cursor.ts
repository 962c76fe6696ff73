import type { EntityManager } from 'typeorm';
import { headersFromJson, type OutgoingMessage } from './message.js';

/** A batch is cut before it grows past this many bytes of values, unless its first row alone does. */
const BATCH_BYTES = 8 * 1024 * 1024;
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

/** What had ended when a snapshot was taken: https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT */
interface Horizon {
  /** The last id that the outbox has handed out. */
  readonly handedOut: bigint;
  /** Every transaction below this has ended. */
  readonly xmin: bigint;
  /**
   * A transaction that began here: every one that began before has a lower number. The `xmax` of a snapshot does not tell,
   * since it is one past the last that has ended: newer ones may be open.
   */
  readonly begun?: bigint;
}

/**
 * Reads the oldest rows of the outbox. Deleted rows stay in the index while any snapshot in the database is older, such as a
 * backup's, so reading begins at a floor: an id up to which all rows have left the outbox and none can appear any more.
 *
 * A transaction may take its ids early and commit late, and until then later ids of other keys are published. The floor
 * therefore moves to the ids handed out at some moment only once every transaction of that moment has ended. Those that write
 * to the outbox have locked a row before and so count among them; a backup only reads and does not.
 */
export class OutboxCursor {
  private floor = 0n;
  /** Where the floor moves next, once all transactions of then have ended. */
  private next: { handedOut: bigint; begun?: bigint } | undefined;
  private fullScanAt = 0;

  /** The oldest rows, `limit` and 8 MiB at most, in the order in which they are to be published. */
  async read(tx: EntityManager, limit: number): Promise<OutboxRow[]> {
    const isFullScan = this.isFullScanDue;
    // Before the rows, in a snapshot of its own: what has ended for it is visible to them.
    const horizon = await readHorizon(tx, this.next !== undefined && this.next.begun === undefined);
    const rows: OutboxRow[] = await tx.query(
      withinBatchBytes(
        `SELECT id, topic, key, headers, value, 'outbox' AS "table",
           EXISTS (SELECT FROM refused_key WHERE refused_key.topic = outbox.topic AND refused_key.key = outbox.key) AS "isHeld"
         FROM outbox WHERE id > $1 ORDER BY id LIMIT $2`,
      ),
      [isFullScan ? '0' : String(this.floor), limit],
    );
    if (isFullScan) this.fullScanAt = performance.now() + FULL_SCAN_EVERY;
    this.raiseFloor(horizon, rows);
    return rows;
  }

  /** Whether there is anything to read; far cheaper than a round. */
  async hasRows(tx: EntityManager): Promise<boolean> {
    if (this.isFullScanDue) return true;
    const [row] = await tx.query(`SELECT 1 FROM outbox WHERE id > $1 LIMIT 1`, [String(this.floor)]);
    return row !== undefined;
  }

  /** Whether the next read begins at the first row. A crash of Postgres may have brought deleted rows back. */
  get isFullScanDue(): boolean {
    return performance.now() >= this.fullScanAt;
  }

  /**
   * Takes three reads: one notes the ids handed out, a later one a transaction that began after those that may hold them, since
   * ids are handed out while a snapshot is already taken, and one more finds all before it ended.
   */
  private raiseFloor(now: Horizon, rows: readonly OutboxRow[]): void {
    const { next } = this;
    if (!next) this.next = { handedOut: now.handedOut };
    else if (next.begun === undefined) next.begun = now.begun;
    else if (now.xmin >= next.begun) {
      const firstLeft = rows[0] && BigInt(rows[0].id);
      this.floor = firstLeft !== undefined && firstLeft <= next.handedOut ? firstLeft - 1n : next.handedOut;
      this.next = { handedOut: now.handedOut };
    }
  }
}

/** @param begins whether the transaction takes a number, which costs one of the database's. */
async function readHorizon(tx: EntityManager, begins: boolean): Promise<Horizon> {
  const [row] = await tx.query(
    `SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS "handedOut", pg_snapshot_xmin(pg_current_snapshot())::text AS xmin
       ${begins ? ', pg_current_xact_id()::text AS begun' : ''} FROM outbox_id_seq`,
  );
  return {
    handedOut: BigInt(row.handedOut),
    xmin: BigInt(row.xmin),
    ...(begins && { begun: BigInt(row.begun) }),
  };
}

/** Those of the rows that `sql` selects, by id, that fit a batch. */
export const withinBatchBytes = (sql: string): string =>
  `SELECT id, topic, key, headers, value, "table", "isHeld" FROM (
     SELECT *, sum(octet_length(value)) OVER (ORDER BY id) - octet_length(value) AS bytes_before FROM (${sql}) AS oldest
   ) AS batch WHERE bytes_before < ${BATCH_BYTES} ORDER BY id`;

type StoredMessage = Pick<OutboxRow, 'id' | 'topic' | 'key' | 'headers' | 'value'>;

/** A message out of the row that an outbox or a backlog keeps of it. */
export const messageOf = ({ id, topic, key, headers, value }: StoredMessage): OutgoingMessage => ({
  outboxId: id,
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: headersFromJson(headers),
});
