import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { describeWith, testDatabase, type TestDatabase } from '#testing';
import { afterCommit } from '../database/after-commit.js';
import { createDataSource } from '../database/database.js';
import { createLogger } from '../logging/logging.js';
import { databaseTime } from './database-time.js';
import { MemoryCache } from './memory-cache.js';

describeWith('postgres')('the time of the database as a version', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await testDatabase('time');
    await database.query(`CREATE TABLE item (id integer)`);
    const config = { databaseUrl: database.url, databasePool: 5 };
    const none = { entities: [], migrations: [] };
    source = createDataSource('time', database.url, config, none, createLogger('test', 'silent'));
    await source.initialize();
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  it('keeps a reader that has read between the change and its commit from storing the old value', async () => {
    const cache = new MemoryCache();
    const read = async () => {
      const version = await databaseTime(source);
      const items: object[] = await source.query(`SELECT id FROM item`);
      return { key: 'items', value: JSON.stringify(items), version };
    };
    let past: Awaited<ReturnType<typeof read>> | undefined;
    let forgotten: Promise<void> | undefined;
    await source.transaction(async (tx) => {
      await tx.query(`INSERT INTO item VALUES (1)`);
      past = await read();
      afterCommit(
        tx,
        () => (forgotten = databaseTime(source).then((time) => cache.forget(['items'], time, 60))),
      );
    });
    await forgotten;
    expect(past!.value).toBe('[]');
    await cache.offer([past!], 60);
    expect(await cache.getMany(['items'])).toEqual([undefined]);
    await cache.offer([await read()], 60);
    expect(await cache.getMany(['items'])).toEqual(['[{"id":1}]']);
  });
});
