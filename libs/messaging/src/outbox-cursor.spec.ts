import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDataSource, createLogger, migrate } from '#platform';
import { describeWith, testDatabase, waitUntil, type TestDatabase } from '#testing';
import { messagingMigrations } from './messaging-tables.js';
import { OutboxCursor, type OutboxRow } from './outbox-cursor.js';

describeWith('postgres')('reading the outbox', () => {
  let database: TestDatabase;
  let db: DataSource;

  beforeEach(async () => {
    database = await testDatabase('outbox');
    const definition = { entities: [], migrations: messagingMigrations };
    const config = { databasePool: 5, databaseUrl: database.url };
    const log = createLogger('test', 'silent');
    await migrate({ name: 'outbox', url: database.url, config, definition, log });
    db = await createDataSource('outbox', database.url, config, definition, log).initialize();
  });

  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const add = (count: number, source: Pick<DataSource, 'query'> = db): Promise<unknown> =>
    source.query(
      `INSERT INTO outbox (topic, key, headers, value)
       SELECT 'newsroom.articles', 'key ' || n % 7, '{}', repeat('x', 20) FROM generate_series(1, $1::int) AS n`,
      [count],
    );

  const remove = (rows: readonly OutboxRow[]): Promise<unknown> =>
    db.query(`DELETE FROM outbox WHERE id = ANY($1)`, [rows.map(({ id }) => id)]);

  const idsOf = (rows: readonly OutboxRow[]): number[] => rows.map(({ id }) => Number(id));

  it('returns the oldest rows in their order, up to the limit', async () => {
    await add(30);
    expect(idsOf(await new OutboxCursor().read(db.manager, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('cuts a batch before it grows past 8 MiB, but returns a larger row alone', async () => {
    await db.query(
      `INSERT INTO outbox (topic, key, headers, value)
       SELECT 'newsroom.articles', 'key', '{}', repeat('x', 3000000) FROM generate_series(1, 5)`,
    );
    expect(idsOf(await new OutboxCursor().read(db.manager, 100))).toEqual([1, 2, 3]);
  });

  it('skips deleted rows that an old snapshot keeps in the index', async () => {
    const old = db.createQueryRunner();
    await old.startTransaction('REPEATABLE READ');
    await old.query(`SELECT count(*) FROM outbox`);
    const cursor = new OutboxCursor();
    await add(30_000);
    for (
      let rows = await cursor.read(db.manager, 2_000);
      rows.length > 0;
      rows = await cursor.read(db.manager, 2_000)
    ) {
      await remove(rows);
    }
    await add(1);
    // Other transactions, even in other databases, may hold up the floor for a moment.
    await waitUntil(
      async () => {
        const before = await entriesRead(db);
        expect(await cursor.read(db.manager, 2_000)).toHaveLength(1);
        return (await entriesRead(db)) - before < 1_000;
      },
      { what: 'a read that skips the deleted rows' },
    );
    await old.rollbackTransaction();
    await old.release();
  });

  it('finds at once a row whose transaction took its id early and commits late', async () => {
    const cursor = new OutboxCursor();
    const late = db.createQueryRunner();
    await late.startTransaction();
    await add(1, late.manager);
    await add(1_000);
    const rows = await cursor.read(db.manager, 2_000);
    await remove(rows);
    await late.commitTransaction();
    await late.release();
    expect(await cursor.hasRows(db.manager)).toBe(true);
    expect(idsOf(await cursor.read(db.manager, 2_000))).toEqual([1]);
  });

  it('finds a row that commits after thousands of later ones have left, and before the next row of its key', async () => {
    const cursor = new OutboxCursor();
    const late = db.createQueryRunner();
    await late.startTransaction();
    await add(1, late.manager);
    await add(6_000);
    for (
      let rows = await cursor.read(db.manager, 2_000);
      rows.length > 0;
      rows = await cursor.read(db.manager, 2_000)
    ) {
      await remove(rows);
    }
    await late.commitTransaction();
    await late.release();
    await add(1);
    expect(idsOf(await cursor.read(db.manager, 10))).toEqual([1, 6_002]);
  });

  it('finds at once a row whose transaction is the newest of all and was open during many reads', async () => {
    const cursor = new OutboxCursor();
    const newest = db.createQueryRunner();
    await newest.startTransaction();
    await add(1, newest.manager);
    for (let read = 0; read < 6; read++) expect(await cursor.read(db.manager, 10)).toEqual([]);
    await newest.commitTransaction();
    await newest.release();
    expect(idsOf(await cursor.read(db.manager, 10))).toEqual([1]);
  });

  it('finds the first row after reads that found nothing', async () => {
    const cursor = new OutboxCursor();
    for (let read = 0; read < 5; read++) expect(await cursor.read(db.manager, 10)).toEqual([]);
    await add(1);
    expect(idsOf(await cursor.read(db.manager, 10))).toEqual([1]);
  });

  it('misses no row while many transactions commit concurrently', async () => {
    const cursor = new OutboxCursor();
    const writing = { on: true };
    const seen: number[] = [];
    const writers = Array.from({ length: 4 }, async () => {
      for (let n = 0; n < 50; n++) {
        await db.transaction(async (tx) => {
          await tx.query(`INSERT INTO inbox (source, event_id) VALUES ('test', gen_random_uuid()::text)`);
          await add(3, tx);
        });
      }
    });
    const reading = (async () => {
      for (;;) {
        // Checked before reading: one more read sees the rows that commit during the last one.
        const mayHaveMore = writing.on;
        const rows = await cursor.read(db.manager, 20);
        await remove(rows);
        seen.push(...idsOf(rows));
        if (!mayHaveMore && rows.length === 0) return;
      }
    })();
    await Promise.all(writers);
    writing.on = false;
    await reading;
    expect(seen).toHaveLength(600);
    expect(await db.query(`SELECT FROM outbox`)).toEqual([]);
  });

  it('marks rows whose key has a refused event', async () => {
    await db.query(
      `INSERT INTO refused_key (topic, key, reason) VALUES ('newsroom.articles', 'key 3', 'too large')`,
    );
    await add(14);
    const rows = await new OutboxCursor().read(db.manager, 100);
    expect(rows.filter(({ isHeld }) => isHeld).map(({ key }) => key)).toEqual(['key 3', 'key 3']);
  });
});

/** Index entries of the outbox that were visited so far, those of deleted rows included. */
async function entriesRead(db: DataSource): Promise<number> {
  await db.query(`SELECT pg_stat_force_next_flush()`);
  const [row] = await db.query(
    `SELECT idx_tup_read::int AS read FROM pg_stat_user_indexes WHERE indexrelname = 'outbox_pkey'`,
  );
  return row.read;
}
