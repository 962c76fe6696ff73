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
  /** The table that holds the row. */
  readonly table: 'outbox' | 'refused_event';
  /** The log refused an earlier event of the same key: this one must not overtake it. */
  readonly isHeld: boolean;
}

/** The state of all transactions at a snapshot: https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT */
interface Horizon {
  /** The last id that the sequence of the outbox has handed out. */
  readonly handedOut: bigint;
  /** Every transaction with a lower xid has ended. */
  readonly xmin: bigint;
  /**
   * The xid of the reading transaction: all earlier transactions have lower ones. The `xmax` of the snapshot will not do: it
   * is one past the last transaction that has ended, and newer ones may be open.
   */
  readonly begun?: bigint;
}

/**
 * Reads the oldest rows of the outbox. Deleted rows stay in the index while an older snapshot exists, such as a
 * backup's. So that a read does not scan them all, it begins at a floor: an id up to which all rows are deleted and
 * none can appear any more.
 *
 * A transaction may take its ids early and commit late; until then, later ids of other keys are published. So the floor
 * moves up to an id only once every transaction that was open when that id was the last has ended. Transactions that write
 * to the outbox have locked a row before, so they have an xid and count; a backup only reads and has none.
 */
export class OutboxCursor {
  private floor = 0n;
  /** Becomes the floor once all transactions that were open when it was noted have ended. */
  private next: { handedOut: bigint; begun?: bigint } | undefined;
  private fullScanAt = 0;

  /** The oldest rows, at most `limit` and 8 MiB, in publishing order. */
  async read(tx: EntityManager, limit: number): Promise<OutboxRow[]> {
    const isFullScan = this.isFullScanDue;
    // Read before the rows: every transaction that has ended by now is visible to the read of the rows.
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
    const rows = await tx.sql<object[]>`SELECT FROM outbox WHERE id > ${String(this.floor)} LIMIT 1`;
    return rows.length > 0;
  }

  /** Whether the next read ignores the floor: a crash of Postgres may have brought deleted rows back. */
  get isFullScanDue(): boolean {
    return performance.now() >= this.fullScanAt;
  }

  /**
   * Raising the floor takes three reads. The first notes the last id. The second notes its own xid, which is higher than that
   * of every transaction with an id up to the last; it must be a separate read, since ids are assigned even after the snapshot
   * of the first. The third finds that all transactions with lower xids have ended.
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

/** @param begins whether to assign an xid to this transaction; the supply of xids is limited. */
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

/** Cuts the rows that `sql` selects, in the order of their ids, to the bytes of a batch. */
export const withinBatchBytes = (sql: string): string =>
  `SELECT id, topic, key, headers, value, "table", "isHeld" FROM (
     SELECT *, sum(octet_length(value)) OVER (ORDER BY id) - octet_length(value) AS bytes_before FROM (${sql}) AS oldest
   ) AS batch WHERE bytes_before < ${BATCH_BYTES} ORDER BY id`;

type StoredMessage = Pick<OutboxRow, 'id' | 'topic' | 'key' | 'headers' | 'value'>;

/** The message in a row of the outbox or of a backlog. */
export const messageOf = ({ id, topic, key, headers, value }: StoredMessage): OutgoingMessage => ({
  outboxId: id,
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: headersFromJson(headers),
});
