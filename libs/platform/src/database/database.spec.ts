import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith, testDatabase, waitUntil, type TestDatabase } from '#testing';
import { createLogger } from '../logging/logging.js';
import { createDataSource } from './database.js';
import { isTransient } from './failure-kind.js';

describeWith('postgres')('a database connection', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase('connection');
  });

  afterAll(async () => {
    await database.drop();
  });

  it('may be cut at any moment: its queries fail for a while, and the process survives', async () => {
    const config = { databaseUrl: database.url, databasePool: 5 };
    const none = { entities: [], migrations: [] };
    const source = createDataSource('cut', database.url, config, none, createLogger('test', 'silent'));
    await source.initialize();
    const failures: unknown[] = [];
    for (let round = 0; round < 20; round++) {
      const transactions = Array.from({ length: 10 }, () =>
        source
          .transaction((tx) => tx.query(`SELECT pg_sleep(0.005)`))
          .catch((error: unknown) => failures.push(error)),
      );
      await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut'`,
      );
      await Promise.all(transactions);
    }
    expect(failures.some(isTransient)).toBe(true);
    expect(await waitUntil(() => source.query(`SELECT 1 AS one`))).toEqual([{ one: 1 }]);
    await source.destroy();
  });
});
