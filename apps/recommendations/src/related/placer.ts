import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork, withDeadline } from '#jobs';
import { afterCommit, CONFIG, LOGGER, type Logger } from '#platform';
import type { RecommendationsConfig } from '../config.js';
import { Rails } from '../rails/rails.js';
import { nextToPlace, postpone, queueToPlace, takeOut } from './placing-queue.js';
import { Related } from './related.js';

/** Milliseconds between looks when nobody wakes it: for what is due again, and for what a replica that died has left. */
const POLL = 1_000;
/** Milliseconds until a replica looks again that finds another one placing. */
const LEFT_TO_OTHER = 100;
/** The backlog is counted up to here, so that a scrape stays cheap; and waited for so many milliseconds. */
const BACKLOG = { limit: 100_000, within: 2_000 };

/**
 * Finds the neighbours of articles, one at a time, after their cards are there. Its work grows with the archive, so no
 * event waits for it: it is the only writer of `related`, and it locks nothing that a handler needs.
 *
 * One placer per database works at a time, by a transaction-level advisory lock: two articles placed side by side would
 * not see each other. What fails goes to the back of the queue and does not stop the rest.
 */
@Injectable()
export class Placer extends BackgroundWork {
  private readonly failures: Counter;

  constructor(
    private readonly db: DataSource,
    private readonly related: Related,
    private readonly rails: Rails,
    @Inject(CONFIG) private readonly config: RecommendationsConfig,
    @Inject(LOGGER) private readonly log: Logger,
    registry: Registry,
  ) {
    super('placer', POLL, log);
    this.failures = new Counter({
      name: 'placing_failures_total',
      help: 'Times that the related articles of an article could not be found; it is tried again later.',
      registers: [registry],
    });
    registry.registerMetric(backlogOf(db));
  }

  /** Has the neighbours of an article found anew, after the commit of `tx`. */
  async place(tx: EntityManager, articleId: string, version: number): Promise<void> {
    await queueToPlace(tx, articleId, version);
    afterCommit(tx, this.wake);
  }

  /** Has an article whose card is gone taken out of all neighbourhoods, before anything else. */
  async remove(tx: EntityManager, articleId: string, version: number): Promise<void> {
    await queueToPlace(tx, articleId, version, { first: true });
    afterCommit(tx, this.wake);
  }

  protected async round(signal: AbortSignal): Promise<boolean | number> {
    if (!(await nextToPlace(this.db.manager))) return false;
    return this.db.transaction(async (tx) => {
      const [{ locked, pid }] = await tx.query(
        `SELECT pg_try_advisory_xact_lock(hashtext('newsroom.placer')) AS locked, pg_backend_pid() AS pid`,
      );
      if (!locked) return LEFT_TO_OTHER;
      const cancel = () => void this.cancel(pid);
      signal.addEventListener('abort', cancel);
      await this.placeNext(tx, signal).finally(() => signal.removeEventListener('abort', cancel));
      return true;
    });
  }

  private async placeNext(tx: EntityManager, signal: AbortSignal): Promise<void> {
    const next = await nextToPlace(tx);
    if (!next) return;
    try {
      await tx.transaction(async (attempt) => {
        await attempt.query(`SELECT set_config('statement_timeout', $1, true)`, [
          String(this.config.placingTimeout),
        ]);
        const changed = await this.related.place(attempt, next.articleId);
        await takeOut(attempt, next);
        afterCommit(attempt, () => this.rails.forget(changed));
      });
    } catch (error) {
      if (signal.aborted) throw error;
      // When the database itself is gone this fails, too, and the worker backs off.
      const retryInS = await postpone(tx, next);
      this.failures.inc();
      const { articleId, attempts } = next;
      this.log.warn(
        { err: error, articleId, attempts: attempts + 1, retryInS },
        'the related articles of an article could not be found; they will be tried again',
      );
    }
  }

  /** A stopping process does not wait for a placement; another one does it again. */
  private async cancel(pid: number): Promise<void> {
    await this.db
      // The lock says that the connection is not in other hands already.
      .query(
        `SELECT pg_cancel_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = $1`,
        [pid],
      )
      .catch((error: unknown) => this.log.warn({ err: error }, 'a placement could not be cancelled'));
  }

  private readonly wake = (): void => this.worker.wake();
}

/** Missing while the database does not answer. */
function backlogOf(db: DataSource): Gauge {
  return new Gauge({
    name: 'placing_backlog',
    help: `Articles whose related articles are still to be found, ${BACKLOG.limit} at most.`,
    registers: [],
    async collect() {
      try {
        const counted = db.query(
          `SELECT count(*)::int FROM (SELECT 1 FROM to_place LIMIT ${BACKLOG.limit}) AS counted`,
        );
        const [{ count }] = await withDeadline(BACKLOG.within, counted);
        this.set(count);
      } catch {
        this.remove();
      }
    },
  });
}
