import { Inject, Injectable, Optional, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork } from '#jobs';
import { LOGGER, type Logger } from '#platform';

/** DI token of the class that republishes this service's snapshots; see `MessagingModule.withSnapshots`. */
export const SNAPSHOTS = Symbol('snapshots');

/** A service's snapshots, published again on request so that subscribers can rebuild their projections. */
export interface SnapshotSource {
  /**
   * Locks the next `limit` aggregates after `afterId` in the order of their ids and adds the current snapshot and
   * version of each to the outbox.
   * @returns the ids, empty at the end.
   */
  republish(tx: EntityManager, afterId: string | undefined, limit: number): Promise<string[]>;
}

/** Milliseconds between polls for requests of operators. */
const POLL = 1_000;
const BATCH = 100;
/** Rows in the outbox above which republishing waits, so that it does not delay new events. */
const BACKLOG_LIMIT = 1_000;

interface Job {
  readonly id: string;
  readonly last_id: string | null;
}

/** Republishes on request, batch by batch; after a restart it continues after the last batch. */
@Injectable()
export class Republisher extends BackgroundWork {
  constructor(
    private readonly db: DataSource,
    private readonly injector: ModuleRef,
    @Inject(LOGGER) log: Logger,
    @Optional() @Inject(SNAPSHOTS) private readonly snapshots?: Type<SnapshotSource>,
  ) {
    super('republish', POLL, log);
  }

  protected async round(): Promise<boolean> {
    if (!this.snapshots) return this.withdraw();
    // Not injected: the source depends on the outbox, and so on the module that provides this class.
    const source = this.injector.get(this.snapshots, { strict: false });
    return this.db.transaction(async (tx) => {
      const [job] = await tx.sql<Job[]>`
        SELECT id, last_id FROM republish
        WHERE finished_at IS NULL
          AND (SELECT count(*) FROM (SELECT FROM outbox LIMIT ${BACKLOG_LIMIT}) AS waiting) < ${BACKLOG_LIMIT}
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`;
      if (!job) return false;
      const ids = await source.republish(tx, job.last_id ?? undefined, BATCH);
      if (ids.length === 0) await tx.sql`UPDATE republish SET finished_at = now() WHERE id = ${job.id}`;
      else {
        await tx.sql`
          UPDATE republish SET done = done + ${ids.length}, last_id = ${ids.at(-1)} WHERE id = ${job.id}`;
      }
      return true;
    });
  }

  /** A service without snapshots deletes requests, so that the operator who made one sees it refused. */
  private async withdraw(): Promise<false> {
    await this.db.sql`DELETE FROM republish WHERE finished_at IS NULL`;
    return false;
  }
}

/** Asks the service whose database this is to publish every snapshot again. @returns the job's id. */
export async function requestRepublish(tx: EntityManager): Promise<string> {
  const [job] = await tx.sql<[{ id: string }]>`INSERT INTO republish DEFAULT VALUES RETURNING id`;
  return job.id;
}

/** @returns undefined when the service has withdrawn the job, because it has no snapshots. */
export async function republishProgress(
  tx: EntityManager,
  id: string,
): Promise<{ done: number; finished: boolean } | undefined> {
  const [row] = await tx.sql<{ done: number; finished: boolean }[]>`
    SELECT done, finished_at IS NOT NULL AS finished FROM republish WHERE id = ${id}`;
  return row;
}
