import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { DataSource, EntityManager, MigrationInterface, QueryRunner } from 'typeorm';
import { createLogger } from '#platform';
import { anId, describeWith, migratedDatabase, waitUntil, type MigratedDatabase } from '#testing';
import { CoalescingPublisher } from './coalescing-publisher.js';

class Tables1763900000000 implements MigrationInterface {
  readonly name = 'Tables1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE tally (
        id uuid PRIMARY KEY,
        votes integer NOT NULL,
        emission_pending boolean NOT NULL DEFAULT false,
        emitted_at timestamptz
      )`);
    await db.query(`CREATE INDEX tally_emission ON tally (emitted_at) WHERE emission_pending`);
    await db.query(
      `CREATE TABLE emitted (id uuid, votes integer, at timestamptz DEFAULT clock_timestamp(), place serial)`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE emitted, tally`);
  }
}

/** Instead of events it writes rows of the table `emitted`. */
class TallyPublisher extends CoalescingPublisher {
  /** Called in the transaction of the next emission, after the event has been added. */
  beforeCommit: ((tx: EntityManager) => Promise<unknown>) | undefined;

  constructor(db: DataSource) {
    super('tallies', { name: 'tally', id: 'id' }, db, createLogger('test', 'silent'));
  }

  protected async emit(tx: EntityManager, ids: readonly string[]): Promise<void> {
    await tx.sql`INSERT INTO emitted (id, votes) SELECT id, votes FROM tally WHERE id = ANY(${ids})`;
    const { beforeCommit } = this;
    this.beforeCommit = undefined;
    await beforeCommit?.(tx);
  }
}

describeWith('postgres')('a coalescing publisher', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;
  let publisher: TallyPublisher;
  let otherReplica: TallyPublisher;
  let id: string;

  beforeAll(async () => {
    migrated = await migratedDatabase('coalescing', { entities: [], migrations: [Tables1763900000000] });
    db = migrated.db;
  });

  afterAll(async () => {
    await migrated.drop();
  });

  beforeEach(() => {
    id = anId();
    publisher = new TallyPublisher(db);
    otherReplica = new TallyPublisher(db);
  });

  afterEach(async () => {
    await publisher.beforeApplicationShutdown();
    await otherReplica.beforeApplicationShutdown();
  });

  /** Counts a vote, as a service does: the change, its flag and the wake-up in one transaction. */
  const vote = (of = id, during?: (tx: EntityManager) => Promise<unknown>): Promise<void> =>
    db.transaction(async (tx) => {
      await tx.sql`
        INSERT INTO tally (id, votes, emission_pending) VALUES (${of}, 1, true)
        ON CONFLICT (id) DO UPDATE SET votes = tally.votes + 1, emission_pending = true`;
      publisher.wakeAfterCommit(tx);
      await during?.(tx);
    });

  const emitted = async (of = id): Promise<number[]> => {
    const rows = await db.sql<{ votes: number }[]>`
      SELECT votes FROM emitted WHERE id = ${of} ORDER BY place`;
    return rows.map(({ votes }) => votes);
  };

  const emittedOnce = (of = id) =>
    waitUntil(async () => (await emitted(of)).length === 1, { what: 'the event' });

  /** Votes until this many events have been emitted. @returns the number of votes. */
  async function voteUntilEmitted(events: number): Promise<number> {
    for (let votes = 1; ; votes++) {
      await vote();
      if ((await emitted()).length === events) return votes;
    }
  }

  const waitingForLocks = async (): Promise<number> => {
    const rows = await db.sql<[]>`
      SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    return rows.length;
  };

  const shortestGap = async (): Promise<number> => {
    const [row] = await db.sql<{ gap: number }[]>`
      SELECT extract(epoch FROM min(gap))::float AS gap FROM (
        SELECT at - lag(at) OVER (ORDER BY place) AS gap FROM emitted WHERE id = ${id}) AS gaps`;
    return row!.gap;
  };

  it('emits at most one event per second per aggregate, also with two replicas, and always the last state', async () => {
    publisher.onApplicationBootstrap();
    otherReplica.onApplicationBootstrap();
    const votes = await voteUntilEmitted(3);
    await vote();
    await waitUntil(async () => (await emitted()).at(-1) === votes + 1, { what: 'the last state' });
    expect(await shortestGap()).toBeGreaterThanOrEqual(1);
  });

  it('emits no change that was rolled back', async () => {
    publisher.onApplicationBootstrap();
    const failing = vote(id, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const later = anId();
    await vote(later);
    await emittedOnce(later);
    expect(await emitted()).toEqual([]);
  });

  it('emits what was marked while no process was running', async () => {
    await vote();
    await vote();
    publisher.onApplicationBootstrap();
    await emittedOnce();
    expect(await emitted()).toEqual([2]);
  });

  it('emits again, and once in total, when its connection is lost before the commit', async () => {
    publisher.beforeCommit = (tx) => tx.sql`SELECT pg_terminate_backend(pg_backend_pid())`;
    await vote();
    publisher.onApplicationBootstrap();
    await emittedOnce();
    expect(publisher.beforeCommit).toBeUndefined();
    const [row] = await db.sql<
      { emission_pending: boolean }[]
    >`SELECT emission_pending FROM tally WHERE id = ${id}`;
    expect(row).toEqual({ emission_pending: false });
  });

  it('emits an aggregate whose row is never unlocked between its writers', async () => {
    publisher.onApplicationBootstrap();
    const writing = { on: true };
    const writers = Array.from({ length: 3 }, async () => {
      while (writing.on) await vote(id, (tx) => tx.sql`SELECT pg_sleep(0.02)`);
    });
    await waitUntil(async () => (await emitted()).length >= 3, { what: 'three events' });
    writing.on = false;
    await Promise.all(writers);
    expect(await shortestGap()).toBeGreaterThanOrEqual(1);
  });

  it('emits other aggregates while a row stays locked, and that one as soon as it is free', async () => {
    await vote();
    const holder = db.createQueryRunner();
    await holder.startTransaction();
    await holder.sql`SELECT FROM tally WHERE id = ${id} FOR UPDATE`;
    publisher.onApplicationBootstrap();
    await waitUntil(async () => (await waitingForLocks()) === 1, {
      what: 'the publisher to wait for the row',
    });
    const other = anId();
    await vote(other);
    await emittedOnce(other);
    expect(await emitted()).toEqual([]);
    await holder.rollbackTransaction();
    await holder.release();
    await emittedOnce();
  });
});
