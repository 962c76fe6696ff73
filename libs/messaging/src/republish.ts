import { Inject, Injectable, Optional, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DataSource, type EntityManager } from 'typeorm';
import { BackgroundWork } from '#jobs';
import { LOGGER, type Logger } from '#platform';

/** DI token of the class that republishes this service's snapshots; see `MessagingModule.withSnapshots`. */
export const SNAPSHOTS = Symbol('snapshots');

/** The snapshots a service can publish again, so that projections can be rebuilt. */
export interface SnapshotSource {
  /**
   * Locks the next `limit` aggregates after `afterId` in the order of their ids and adds the present snapshot of each
   * to the outbox, with the version it has.
   * @returns the ids, empty at the end.
   */
  republish(tx: EntityManager, afterId: string | undefined, limit: number): Promise<string[]>;
}

const BATCH = 100;
/** Rows in the outbox above which republishing waits, so that news is never stuck behind it. */
const BACKLOG_LIMIT = 1_000;

interface Job {
  readonly id: string;
  readonly last_id: string | null;
}

/** Works on requested republishing, batch by batch; a restart goes on where the last batch ended. */
@Injectable()
export class Republisher extends BackgroundWork {
  constructor(
    private readonly db: DataSource,
    private readonly injector: ModuleRef,
    @Inject(LOGGER) log: Logger,
    @Optional() @Inject(SNAPSHOTS) private readonly snapshots?: Type<SnapshotSource>,
  ) {
    super('republish', 1_000, log);
  }

  protected async round(): Promise<boolean> {
    if (!this.snapshots) return this.withdraw();
    // Not injected: it depends on the outbox, and so on the module that this is part of.
    const source = this.injector.get(this.snapshots, { strict: false });
    return this.db.transaction(async (tx) => {
      const [job]: Job[] = await tx.query(
        `SELECT id, last_id FROM republish WHERE finished_at IS NULL AND
           (SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT ${BACKLOG_LIMIT}) AS waiting) < ${BACKLOG_LIMIT}
         ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
      );
      if (!job) return false;
      const ids = await source.republish(tx, job.last_id ?? undefined, BATCH);
      await tx.query(
        `UPDATE republish SET done = done + $2, last_id = coalesce($3, last_id),
           finished_at = CASE WHEN $2 = 0 THEN now() END WHERE id = $1`,
        [job.id, ids.length, ids.at(-1) ?? null],
      );
      return true;
    });
  }

  /** Without snapshots there is nothing to do: the job goes away, so that whoever requested it learns. */
  private async withdraw(): Promise<false> {
    await this.db.query(`DELETE FROM republish WHERE finished_at IS NULL`);
    return false;
  }
}

/** Asks the service whose database this is to publish every snapshot again. @returns the job's id. */
export async function requestRepublish(tx: EntityManager): Promise<string> {
  const [{ id }] = await tx.query(`INSERT INTO republish DEFAULT VALUES RETURNING id`);
  return id;
}

/** @returns undefined when the service has withdrawn the job, because it has no snapshots. */
export async function republishProgress(
  tx: EntityManager,
  id: string,
): Promise<{ done: number; finished: boolean } | undefined> {
  const [row] = await tx.query(
    `SELECT done, finished_at IS NOT NULL AS finished FROM republish WHERE id = $1`,
    [id],
  );
  return row;
}
