import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork } from '#jobs';
import { LOGGER, type Logger } from '#platform';
import { messageOf, OutboxCursor, type OutboxRow } from './outbox-cursor.js';
import { Outbox } from './outbox.js';
import { dropRefused, eventsToRetry, refuse, holdBack } from './refused-events.js';
import { claimRelay, lockRelay, releaseRelay, renewRelay } from './relay-owner.js';
import { MessageRefused, TRANSPORT, type EventTransport } from './transport.js';

/** Milliseconds between polls: the fallback for the wake-up at commit. */
const POLL = 250;
/** Faster polling after rows of another replica were found: its interval and duration in milliseconds. */
const BUSY_POLL = { every: 10, for: 1_000 };
/** Milliseconds until a process that is not the owner polls again. */
const LEFT_TO_OWNER = 100;

type Outcome = 'left to the owner' | 'nothing to do' | OutboxRow[];

/**
 * Publishes outbox rows to the event log, oldest first, and deletes them once the log has them.
 *
 * One relay per database works at a time: it holds a transaction-level advisory lock while it reads, publishes and deletes. If
 * it dies, the next one publishes the same rows again and the inboxes deduplicate them. If it hangs and loses its lock, the log
 * fences it off, see {@link PublishOptions.takenOver}. Parallel relays (SKIP LOCKED) would reorder rows, and a cursor alone
 * (`id > last`) would miss rows whose transactions commit late.
 */
@Injectable()
export class Relay extends BackgroundWork {
  private readonly owner = randomUUID();
  private readonly cursor = new OutboxCursor();
  private readonly relayed: Counter;
  private readonly refused: Counter;
  private readonly lockLost: Counter;
  private limit: number;
  private isWoken = false;
  private foundOthersAt = -Infinity;

  constructor(
    private readonly db: DataSource,
    private readonly outbox: Outbox,
    @Inject(TRANSPORT) private readonly transport: EventTransport,
    @Inject(LOGGER) private readonly log: Logger,
    registry: Registry,
  ) {
    super('relay', POLL, log);
    this.limit = transport.batch;
    const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] });
    this.relayed = counter('outbox_relayed_total', 'Events that the log has acknowledged.');
    this.refused = counter(
      'outbox_refused_total',
      'Events that the log permanently refused; see `ops refused list`.',
    );
    this.lockLost = counter(
      'relay_lock_lost_total',
      'Rounds that lost the relay lock before committing; their events are published again.',
    );
  }

  override onApplicationBootstrap(): void {
    this.outbox.onCommit(() => {
      this.isWoken = true;
      this.worker.wake();
    });
    super.onApplicationBootstrap();
  }

  override async beforeApplicationShutdown(): Promise<void> {
    await super.beforeApplicationShutdown();
    await releaseRelay(this.db.manager, this.owner).catch(() => undefined);
  }

  protected async round(signal: AbortSignal): Promise<boolean | number> {
    const isOwn = this.isWoken;
    this.isWoken = false;
    if (!isOwn && !(await this.cursor.hasRows(this.db.manager))) return this.nextLook();
    const outcome = await this.db.transaction<Outcome>(async (tx) => {
      const startedAt = performance.now();
      const lease = await lockRelay(tx);
      if (!lease) return 'left to the owner';
      // Retried events go out in rounds of their own, before later events of their keys that are still in the outbox.
      const retried = this.cursor.isFullScanDue ? await eventsToRetry(tx, this.limit) : [];
      const rows = retried.length > 0 ? retried : await this.cursor.read(tx, this.limit);
      if (rows.length === 0) return 'nothing to do';
      const claim = await claimRelay(tx, this.owner, lease);
      if (claim === 'left') return 'left to the owner';
      // Before publishing: this can fail if an operator has just lifted the hold, and must not once the log has the events.
      const held = rows.filter(({ isHeld }) => isHeld);
      await holdBack(tx, held);
      const free = rows.filter(({ isHeld }) => !isHeld);
      const published = await this.publish(tx, free, claim === 'taken', signal);
      await renewRelay(tx, this.owner, performance.now() - startedAt);
      return published;
    });
    if (outcome === 'left to the owner') return LEFT_TO_OWNER;
    if (outcome === 'nothing to do') return this.nextLook();
    if (outcome.length > 0) {
      this.relayed.inc(outcome.length);
      this.limit = Math.min(this.transport.batch, this.limit * 2);
    }
    if (!isOwn) this.foundOthersAt = performance.now();
    return true;
  }

  private nextLook(): number {
    return performance.now() - this.foundOthersAt < BUSY_POLL.for ? BUSY_POLL.every : POLL;
  }

  /** Publishes `rows` and deletes them in `tx`. @returns the published rows: all or none. */
  private async publish(
    tx: EntityManager,
    rows: OutboxRow[],
    takenOver: boolean,
    signal: AbortSignal,
  ): Promise<OutboxRow[]> {
    if (rows.length === 0) return [];
    try {
      await this.transport.publish(rows.map(messageOf), {
        takenOver,
        tx,
        signal,
        confirmLock: () => tx.sql`SELECT 1`,
      });
    } catch (error) {
      if (!(error instanceof MessageRefused)) throw error;
      await this.isolateRefused(tx, rows, error);
      return [];
    }
    await this.remove(tx, rows);
    return rows;
  }

  /** The log refused one of `rows`. Halves the batch until that row is alone, then holds it back. */
  private async isolateRefused(
    tx: EntityManager,
    rows: readonly OutboxRow[],
    error: MessageRefused,
  ): Promise<void> {
    const [first] = rows as [OutboxRow];
    if (rows.length > 1) {
      this.limit = Math.ceil(rows.length / 2);
      return;
    }
    await refuse(tx, first, error.cause ?? error);
    this.limit = this.transport.batch;
    this.refused.inc();
    const { id, topic, key } = first;
    this.log.error(
      { err: error, id, topic, key },
      'the log refused an event; it and later events of its key are held back',
    );
  }

  private async remove(tx: EntityManager, rows: readonly OutboxRow[]): Promise<void> {
    const ids = rows.map(({ id }) => id);
    try {
      if (rows[0]!.table === 'refused_event') await dropRefused(tx, ids);
      else await tx.sql`DELETE FROM outbox WHERE id = ANY(${ids})`;
    } catch (error) {
      this.lockLost.inc();
      this.log.warn(
        { err: error, rows: rows.length },
        'the relay lost its lock while it published; its events are published again',
      );
      throw error;
    }
  }
}
