import { Inject, Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork, LOGGER, type Logger } from '#platform';
import { headersFromJson, type OutgoingMessage } from './message.js';
import { Outbox } from './outbox.js';
import { TRANSPORT, type EventTransport } from './transport.js';

/** Rows a round; at 900 kB an event at the very most, usually a few kB. */
const BATCH = 500;
/** A batch is cut before it grows past this many bytes, unless its first row alone does. */
const BATCH_BYTES = 8 * 1024 * 1024;
/** Milliseconds; the net under the wake-up at commit, for rows that another process left behind. */
const POLL = 250;

interface OutboxRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: string;
}

/**
 * Carries outbox rows to the event log, oldest first, and deletes them once the log has them.
 *
 * One relay a database works at a time: it holds a transaction-level advisory lock over read, send and delete, which
 * also holds behind PgBouncer. A relay that dies in between leaves the rows to the next; they are then sent twice,
 * which the inbox at the other end makes harmless. Two relays side by side (SKIP LOCKED) or a cursor (`id > last`)
 * would overtake or miss rows whose transactions commit late.
 */
@Injectable()
export class Relay extends BackgroundWork {
  private readonly relayed: Counter;

  constructor(
    private readonly db: DataSource,
    private readonly outbox: Outbox,
    @Inject(TRANSPORT) private readonly transport: EventTransport,
    @Inject(LOGGER) log: Logger,
    registry: Registry,
  ) {
    super('relay', POLL, log);
    this.relayed = new Counter({
      name: 'outbox_relayed_total',
      help: 'Events that the log has acknowledged.',
      registers: [registry],
    });
  }

  override onApplicationBootstrap(): void {
    this.outbox.onCommit(() => this.worker.wake());
    super.onApplicationBootstrap();
  }

  protected async round(): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      if (!(await isOnlyRelay(tx))) return false;
      const rows: OutboxRow[] = await tx.query(
        `SELECT id, topic, key, headers, value FROM (
           SELECT *, sum(octet_length(value)) OVER (ORDER BY id) - octet_length(value) AS bytes_before
           FROM (SELECT * FROM outbox ORDER BY id LIMIT ${BATCH}) AS oldest
         ) AS batch WHERE bytes_before < ${BATCH_BYTES} ORDER BY id`,
      );
      if (rows.length === 0) return false;
      await this.transport.publish(rows.map(messageOf));
      await tx.query(`DELETE FROM outbox WHERE id = ANY($1)`, [rows.map(({ id }) => id)]);
      this.relayed.inc(rows.length);
      return true;
    });
  }
}

async function isOnlyRelay(tx: EntityManager): Promise<boolean> {
  const [row] = await tx.query(`SELECT pg_try_advisory_xact_lock(hashtext('newsroom.relay')) AS locked`);
  return row.locked;
}

const messageOf = ({ id, topic, key, headers, value }: OutboxRow): OutgoingMessage => ({
  outboxId: id,
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: headersFromJson(headers),
});
