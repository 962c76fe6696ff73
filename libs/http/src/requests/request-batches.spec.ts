import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { Busy, createDataSource, createLogger, type Outcome } from '#platform';
import { describeWith, testDatabase, type TestDatabase } from '#testing';
import { Refused } from '../problems/refused.js';
import { outcomeOf, RequestBatches, RETRY_SOON } from './request-batches.js';

const busy = new Refused('test.busy', 503, 'Too many requests.', RETRY_SOON);
const odd = new Refused('test.odd', 422, 'Odd numbers are refused.');

/** The number, or a refusal when it is odd. */
function even(number: number): number {
  if (number % 2 === 1) throw odd;
  return number;
}

describeWith('postgres')('requests that change one aggregate', () => {
  let database: TestDatabase;
  let db: DataSource;
  const log = createLogger('test', 'silent');

  beforeAll(async () => {
    database = await testDatabase('batches');
    const config = { databaseUrl: database.url, databasePool: 4 };
    db = createDataSource('batches', database.url, config, { entities: [], migrations: [] }, log);
    await db.initialize();
    await database.query(
      `CREATE TABLE written (number integer, transaction xid8 DEFAULT pg_current_xact_id())`,
    );
  });

  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  const batches = () =>
    new RequestBatches<number, number>({
      db,
      databasePool: 4,
      log,
      bytesOf: () => 1,
      write: async (tx, _id, numbers) => {
        const outcomes: Outcome<number>[] = numbers.map((number) => outcomeOf(() => even(number)));
        const accepted = outcomes.flatMap((outcome) => ('result' in outcome ? [outcome.result] : []));
        await tx.sql`INSERT INTO written (number) SELECT * FROM unnest(${accepted}::int[])`;
        return outcomes;
      },
      refusalOf: (error) => (error instanceof Busy ? busy : undefined),
    });

  it('share transactions, and a refusal affects only one request', async () => {
    const under = batches();
    const numbers = Array.from({ length: 40 }, (_, i) => i);
    const results = await Promise.allSettled(numbers.map((number) => under.submit('one', number)));
    expect(results).toEqual(
      numbers.map((number) =>
        number % 2 === 0 ? { status: 'fulfilled', value: number } : { status: 'rejected', reason: odd },
      ),
    );
    const [written] = await database.query<object>(
      `SELECT count(*)::int AS numbers, count(DISTINCT transaction)::int AS transactions FROM written`,
    );
    // The first request starts alone, and the others gather behind it.
    expect(written).toEqual({ numbers: 20, transactions: 2 });
  });

  it('are refused with the error as the cause once the batches are closed', async () => {
    const under = batches();
    await under.close();
    await expect(under.submit('one', 2)).rejects.toBe(busy);
    expect(busy.cause).toBeInstanceOf(Busy);
  });

  it('fail with the error as it is when there is no refusal for it', async () => {
    await expect(batches().submit('one', 2 ** 40)).rejects.toThrow('out of range');
  });
});
