import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork, withDeadline } from '#jobs';
import { afterCommit, CONFIG, LOGGER, type Logger } from '#platform';
import type { RecommendationsConfig } from '../config.js';
import { Rails } from '../rails/rails.js';
import { nextToPlace, postpone, queueToPlace, removeFromQueue } from './placing-queue.js';
import { Related } from './related.js';

/** Milliseconds between rounds without a wake-up, for articles to retry and those that a crashed replica left behind. */
const POLL = 1_000;
/** Milliseconds until the next round when another replica is placing. */
const LEFT_TO_OTHER = 100;
/** The backlog is counted up to `limit`, for at most `within` milliseconds, so that a scrape stays cheap. */
const BACKLOG = { limit: 100_000, within: 2_000 };

/**
 * Finds the neighbours of articles, one article at a time, after their cards are stored. It gets slower as the archive
 * grows, so no event handler waits for it: it is the only writer of `related`, and locks nothing that a handler needs.
 *
 * A transaction-level advisory lock allows one placement per database at a time, because two articles that are placed at
 * the same time would not find each other. A failed article moves back in the queue and does not block the others.
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
      help: 'Failed searches for the related articles of an article; each is retried.',
      registers: [registry],
    });
    registry.registerMetric(backlogOf(db));
  }

  /** Queues an article; its neighbours are found after the commit of `tx`. */
  async place(tx: EntityManager, articleId: string, version: number): Promise<void> {
    await queueToPlace(tx, articleId, version);
    afterCommit(tx, this.wake);
  }

  /** Queues a retracted article ahead of all others, to remove it as a neighbour. */
  async remove(tx: EntityManager, articleId: string, version: number): Promise<void> {
    await queueToPlace(tx, articleId, version, { first: true });
    afterCommit(tx, this.wake);
  }

  protected async round(signal: AbortSignal): Promise<boolean | number> {
    if (!(await nextToPlace(this.db.manager))) return false;
    return this.db.transaction(async (tx) => {
      const [{ locked, pid }] = await tx.sql<[{ locked: boolean; pid: number }]>`
        SELECT pg_try_advisory_xact_lock(hashtext('newsroom.placer')) AS locked, pg_backend_pid() AS pid`;
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
        await attempt.sql`SELECT set_config('statement_timeout', ${String(this.config.placingTimeout)}, true)`;
        const changed = await this.related.place(attempt, next.articleId);
        await removeFromQueue(attempt, next);
        afterCommit(attempt, () => this.rails.forget(changed));
      });
    } catch (error) {
      if (signal.aborted) throw error;
      // If the database itself is unavailable, this fails as well, and the worker backs off.
      const retryInS = await postpone(tx, next);
      this.failures.inc();
      const { articleId, attempts } = next;
      this.log.warn(
        { err: error, articleId, attempts: attempts + 1, retryInS },
        'could not find the related articles; will retry',
      );
    }
  }

  /** A stopping process does not wait for its placement; another process repeats it. */
  private async cancel(pid: number): Promise<void> {
    try {
      // The lock shows that the session is still placing, and not in use by another transaction.
      await this.db.sql`
        SELECT pg_cancel_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = ${pid}`;
    } catch (error) {
      this.log.warn({ err: error }, 'could not cancel a placement');
    }
  }

  private readonly wake = (): void => this.worker.wake();
}

/** Has no value while the database is unavailable. */
function backlogOf(db: DataSource): Gauge {
  return new Gauge({
    name: 'placing_backlog',
    help: `Articles in the queue for finding related articles, counted up to ${BACKLOG.limit}.`,
    registers: [],
    async collect() {
      try {
        const counted = db.sql<[{ count: number }]>`
          SELECT count(*)::int FROM (SELECT 1 FROM to_place LIMIT ${BACKLOG.limit}) AS counted`;
        const [{ count }] = await withDeadline(BACKLOG.within, counted);
        this.set(count);
      } catch {
        this.remove();
      }
    },
  });
}
