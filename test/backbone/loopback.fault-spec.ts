import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startService, type RunningService, type ServiceDefinition } from '#bootstrap';
import { Loopback, type Subscription } from '#messaging';
import {
  describeWith,
  ledgerService,
  lockTable,
  someIds,
  testAuth,
  testDatabase,
  waitUntil,
  write,
  writeMany,
  writerService,
  type TestDatabase,
} from '#testing';

/** The transport of the embedded newsroom keeps the same promises as Kafka. */
describeWith('postgres')('over the loopback', () => {
  let loopback: Loopback;
  let writerDb: TestDatabase;
  let ledgerDb: TestDatabase;
  let writer: RunningService;
  let ledger: RunningService;
  /** The keys and versions that a second subscriber received. */
  let seen: string[];

  const start = async (definition: ServiceDefinition, database: TestDatabase): Promise<RunningService> => {
    const env = { ...(await testAuth()).env, LOG_LEVEL: 'silent' };
    return startService(definition, {
      env: { ...env, [`${definition.name.toUpperCase()}_DATABASE_URL`]: database.url },
      migrate: true,
      providers: [{ provide: Loopback, useValue: loopback }],
    });
  };

  const observer: Subscription = {
    group: 'observer',
    topics: ['newsroom.articles'],
    deliver: async (messages) => {
      for (const { key, value } of messages) seen.push(`${String(key)} ${JSON.parse(String(value)).version}`);
      return { done: messages.length };
    },
    deadLetter: async () => undefined,
  };

  beforeEach(async () => {
    process.env['BUG'] = 'true';
    seen = [];
    loopback = new Loopback();
    [writerDb, ledgerDb] = await Promise.all([testDatabase('writer'), testDatabase('ledger')]);
    ledger = await start(ledgerService, ledgerDb);
    writer = await start(writerService, writerDb);
    loopback.subscribe(observer);
  });

  afterEach(async () => {
    delete process.env['BUG'];
    await loopback.close();
    await Promise.all([writer.stop(), ledger.stop()]);
    await Promise.all([writerDb.drop(), ledgerDb.drop()]);
  });

  const count = async (database: TestDatabase, table: string): Promise<number> => {
    const [row] = await database.query<{ count: number }>(`SELECT count(*)::int FROM ${table}`);
    return row!.count;
  };

  const versions = async (item: string): Promise<number[]> =>
    (
      await ledgerDb.query<{ version: number }>(
        `SELECT version FROM ledger WHERE subject = $1 ORDER BY seq`,
        [item],
      )
    ).map(({ version }) => version);

  it('150 poisoned events block neither events of other keys nor another subscriber', async () => {
    const [bad, good] = someIds(2) as [string, string];
    for (let i = 0; i < 150; i++) await write(writer.url, bad, { kicker: 'bug' });
    await writeMany(writer.url, [good], 10, 1);
    loopback.open();
    await waitUntil(async () => (await versions(good)).length === 10, {
      within: 30_000,
      what: 'the good events',
    });
    expect(await count(ledgerDb, 'dead_letter')).toBeLessThan(150);
    expect(seen).toHaveLength(160);
    expect(await count(writerDb, 'outbox')).toBe(0);
    await waitUntil(async () => (await count(ledgerDb, 'dead_letter')) === 150, {
      within: 60_000,
      what: 'all letters',
    });
    await waitUntil(async () => (await count(writerDb, 'loopback_backlog')) === 0, {
      what: 'an empty backlog',
    });
    expect(await versions(good)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('events behind a poisoned one of the same key keep their order', async () => {
    const [item] = someIds(1) as [string];
    loopback.open();
    await write(writer.url, item);
    await write(writer.url, item, { kicker: 'bug' });
    await writeMany(writer.url, [item], 30, 1);
    await waitUntil(async () => (await versions(item)).length === 31, {
      within: 30_000,
      what: 'the events behind it',
    });
    expect(await versions(item)).toEqual([1, ...Array.from({ length: 30 }, (_, i) => i + 3)]);
    expect(await count(ledgerDb, 'dead_letter')).toBe(1);
  });

  it('a stuck subscriber blocks no other, and receives everything once and in order when it continues', async () => {
    const items = someIds(3);
    loopback.open();
    await writeMany(writer.url, items, 3, 1);
    await waitUntil(async () => (await count(ledgerDb, 'ledger')) === 3, { what: 'the first events' });
    const lock = await lockTable(ledgerDb.url, 'ledger');
    await writeMany(writer.url, items, 300, 1);
    await waitUntil(() => seen.length === 303, { within: 30_000, what: 'the other subscriber' });
    expect(await count(writerDb, 'loopback_backlog')).toBeGreaterThan(0);
    await lock.release();
    await waitUntil(async () => (await count(ledgerDb, 'ledger')) === 303, {
      within: 60_000,
      what: 'the stuck subscriber',
    });
    for (const item of items) {
      expect(await versions(item)).toEqual(Array.from({ length: 101 }, (_, i) => i + 1));
    }
    await waitUntil(async () => (await count(writerDb, 'loopback_backlog')) === 0, {
      what: 'an empty backlog',
    });
    expect(await count(ledgerDb, 'dead_letter')).toBe(0);
  });

  it('a missing table dead-letters nothing', async () => {
    const items = someIds(3);
    loopback.open();
    await writeMany(writer.url, items, 3, 1);
    await waitUntil(async () => (await count(ledgerDb, 'ledger')) === 3, { what: 'the first events' });
    await ledgerDb.query(`ALTER TABLE ledger RENAME TO ledger_gone`);
    await writeMany(writer.url, items, 30, 1);
    await waitUntil(async () => (await count(writerDb, 'loopback_backlog')) === 30, { what: 'the backlog' });
    await ledgerDb.query(`ALTER TABLE ledger_gone RENAME TO ledger`);
    await waitUntil(async () => (await count(ledgerDb, 'ledger')) === 33, {
      within: 60_000,
      what: 'all events',
    });
    for (const item of items) {
      expect(await versions(item)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1));
    }
    expect(await count(ledgerDb, 'dead_letter')).toBe(0);
  });
});
