import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { ModuleRef } from '@nestjs/core';
import type { DataSource, EntityManager } from 'typeorm';
import { interactionsCounted } from '#events';
import { Clock, createLogger } from '#platform';
import { describeWith, migratedDatabase, type MigratedDatabase } from '#testing';
import { messagingMigrations } from './messaging-tables.js';
import { Outbox } from './outbox.js';
import { republishProgress, Republisher, requestRepublish, type SnapshotSource } from './republish.js';

/** The snapshots of a service, as each service writes them. */
class Counts implements SnapshotSource {
  private readonly outbox = new Outbox(new Clock(), 'test');

  async republish(tx: EntityManager, afterId: string | undefined, limit: number): Promise<string[]> {
    const rows = await tx.sql<{ id: string; votes: number }[]>`
      SELECT id, votes FROM count WHERE ${afterId ?? null}::uuid IS NULL OR id > ${afterId ?? null}::uuid
      ORDER BY id LIMIT ${limit} FOR UPDATE`;
    const events = rows.map(({ id: subject, votes }) => ({
      subject,
      data: { rev: votes, comments: 0, votes, total: votes },
    }));
    await this.outbox.addAll(tx, interactionsCounted, events);
    return rows.map(({ id }) => id);
  }
}

/** Its rounds are run by the test, one at a time. */
class RepublisherUnderTest extends Republisher {
  override round(): Promise<boolean> {
    return super.round();
  }
}

describeWith('postgres')('republishing', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;

  beforeAll(async () => {
    migrated = await migratedDatabase('republish', { entities: [], migrations: messagingMigrations });
    db = migrated.db;
    await db.query(`CREATE TABLE count (id uuid PRIMARY KEY, votes integer NOT NULL)`);
  });

  afterAll(async () => {
    await migrated.drop();
  });

  beforeEach(async () => {
    await db.query(`TRUNCATE count, outbox, republish`);
  });

  /** A process of the service. */
  const aRepublisher = (snapshots?: typeof Counts): RepublisherUnderTest => {
    const injector = { get: () => new Counts() } as unknown as ModuleRef;
    return new RepublisherUnderTest(db, injector, createLogger('test', 'silent'), snapshots);
  };
  const addCounts = (howMany: number) =>
    db.sql`INSERT INTO count SELECT uuidv7(), n FROM generate_series(1, ${howMany}::int) AS n`;
  const published = async (): Promise<number[]> =>
    (await db.query(`SELECT value FROM outbox ORDER BY id`)).map(
      ({ value }: { value: string }) => JSON.parse(value).votes,
    );

  it('publishes every snapshot once, and ends', async () => {
    await addCounts(3);
    const job = await requestRepublish(db.manager);
    while (await aRepublisher(Counts).round());
    expect((await published()).toSorted()).toEqual([1, 2, 3]);
    expect(await republishProgress(db.manager, job)).toEqual({ done: 3, finished: true });
  });

  it('continues after the last batch when another process takes over', async () => {
    await addCounts(150);
    const job = await requestRepublish(db.manager);
    await aRepublisher(Counts).round();
    expect(await republishProgress(db.manager, job)).toEqual({ done: 100, finished: false });
    while (await aRepublisher(Counts).round());
    expect(new Set(await published()).size).toBe(150);
    expect(await republishProgress(db.manager, job)).toEqual({ done: 150, finished: true });
  });

  it('does nothing until it is requested', async () => {
    await addCounts(1);
    expect(await aRepublisher(Counts).round()).toBe(false);
    expect(await published()).toEqual([]);
  });

  it('waits while many events are in the outbox, so that it does not delay them', async () => {
    await addCounts(1);
    await requestRepublish(db.manager);
    await db.query(
      `INSERT INTO outbox (topic, key, headers, value)
       SELECT 'newsroom.polls', 'key', '{}', '{}' FROM generate_series(1, 1000)`,
    );
    expect(await aRepublisher(Counts).round()).toBe(false);
    await db.query(`TRUNCATE outbox`);
    expect(await aRepublisher(Counts).round()).toBe(true);
    expect(await published()).toEqual([1]);
  });

  it('withdraws a request to a service without snapshots', async () => {
    const job = await requestRepublish(db.manager);
    await aRepublisher().round();
    expect(await republishProgress(db.manager, job)).toBeUndefined();
  });
});
