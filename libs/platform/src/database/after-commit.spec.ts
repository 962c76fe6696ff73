import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { DataSource, EntityManager } from 'typeorm';
import { describeWith, testDatabase, type TestDatabase } from '#testing';
import { afterCommit } from './after-commit.js';
import { createDataSource } from './database.js';

describeWith('postgres')('work after a commit', () => {
  let database: TestDatabase;
  let source: DataSource;
  /** The work that was done, in order. */
  let did: string[];
  let logged: string[];

  beforeAll(async () => {
    database = await testDatabase('commit');
    await database.query(`CREATE TABLE item (id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)`);
    const log = pino({ level: 'warn' }, { write: (line: string) => logged.push(line) });
    const config = { databaseUrl: database.url, databasePool: 5 };
    source = createDataSource('commit', database.url, config, { entities: [], migrations: [] }, log);
    await source.initialize();
  });

  beforeEach(async () => {
    did = [];
    logged = [];
    await database.query(`TRUNCATE item`);
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const insert = (tx: EntityManager, id: number) => tx.query(`INSERT INTO item VALUES ($1)`, [id]);
  const doing = (what: string) => () => void did.push(what);
  const swallow = (work: Promise<unknown>) => work.catch(() => undefined);

  it('runs in the order of its registration once others can see the changes', async () => {
    let seen: Promise<object[]> | undefined;
    await source.transaction(async (tx) => {
      await insert(tx, 1);
      afterCommit(tx, doing('first'));
      afterCommit(tx, () => (seen = database.query(`SELECT id FROM item`)));
      afterCommit(tx, doing('last'));
      expect(did).toEqual([]);
    });
    expect(did).toEqual(['first', 'last']);
    expect(await seen).toEqual([{ id: 1 }]);
  });

  it('does not run after a rollback, nor when the commit fails', async () => {
    const rolledBack = source.transaction(async (tx) => {
      afterCommit(tx, doing('rolled back'));
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    const refused = source.transaction(async (tx) => {
      await insert(tx, 1);
      await insert(tx, 1);
      afterCommit(tx, doing('refused at the commit'));
    });
    await expect(refused).rejects.toThrow('duplicate key');
    expect(did).toEqual([]);
  });

  it('does not run, and the transaction fails, when the error of a statement was ignored', async () => {
    const passedOver = source.transaction(async (tx) => {
      afterCommit(tx, doing('never'));
      await swallow(tx.query(`SELECT 1 / 0`));
    });
    await expect(passedOver).rejects.toThrow('cannot be committed');
    expect(did).toEqual([]);
  });

  it('waits in a savepoint for the commit of the whole transaction', async () => {
    await source.transaction(async (tx) => {
      await tx.transaction(async (inner) => {
        await inner.transaction(async (innermost) => afterCommit(innermost, doing('innermost')));
        afterCommit(inner, doing('inner'));
      });
      expect(did).toEqual([]);
      afterCommit(tx, doing('outer'));
    });
    expect(did).toEqual(['innermost', 'inner', 'outer']);
  });

  it('does not run when its savepoint or the transaction around it is rolled back', async () => {
    await source.transaction(async (tx) => {
      const inner = tx.transaction(async (savepoint) => {
        await savepoint.transaction(async (innermost) => afterCommit(innermost, doing('innermost')));
        await savepoint.query(`SELECT 1 / 0`);
      });
      await swallow(inner);
      afterCommit(tx, doing('outer'));
    });
    expect(did).toEqual(['outer']);
    const whole = source.transaction(async (tx) => {
      await tx.transaction(async (inner) => afterCommit(inner, doing('inner')));
      throw new Error('no');
    });
    await swallow(whole);
    expect(did).toEqual(['outer']);
  });

  it('runs the same function once per transaction', async () => {
    const work = doing('work');
    const twice = async (tx: EntityManager) => [afterCommit(tx, work), afterCommit(tx, work)];
    await source.transaction(twice);
    expect(did).toEqual(['work']);
    await source.transaction(twice);
    expect(did).toEqual(['work', 'work']);
  });

  it('neither fails nor delays the caller, and its failures are logged', async () => {
    await source.transaction(async (tx) => {
      afterCommit(tx, () => {
        throw new Error('thrown at once');
      });
      afterCommit(tx, () => Promise.reject(new Error('rejected')));
      afterCommit(tx, () => new Promise(() => undefined));
      afterCommit(tx, doing('all the same'));
    });
    expect(did).toEqual(['all the same']);
    await Promise.resolve();
    expect(logged.map((line) => JSON.parse(line).err.message)).toEqual(['thrown at once', 'rejected']);
  });

  it('needs a transaction', async () => {
    expect(() => afterCommit(source.manager, doing('never'))).toThrow('transaction');
    let ended: EntityManager | undefined;
    await source.transaction(async (tx) => void (ended = tx));
    expect(() => afterCommit(ended!, doing('never'))).toThrow('transaction');
  });
});
