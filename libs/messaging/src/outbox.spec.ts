import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';
import { interactionsCounted } from '#events';
import { Clock } from '#platform';
import { anId, describeWith, migratedDatabase, waitUntil, type MigratedDatabase } from '#testing';
import { messagingMigrations } from './messaging-tables.js';
import { Outbox } from './outbox.js';

describeWith('postgres')('the outbox', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;
  let outbox: Outbox;

  beforeAll(async () => {
    migrated = await migratedDatabase('outbox', { entities: [], migrations: messagingMigrations });
    db = migrated.db;
    // Stands in for a service's own data.
    await db.query(`CREATE TABLE count (article_id uuid PRIMARY KEY, votes integer NOT NULL)`);
  });

  afterAll(async () => {
    await migrated.drop();
  });

  beforeEach(async () => {
    await db.query(`TRUNCATE outbox, count RESTART IDENTITY`);
    outbox = new Outbox(new Clock(), 'test');
  });

  /** Counts votes and adds the event, as a service does: lock the row, change it, add to the outbox. */
  async function count(tx: EntityManager, articleId: string, votes: number): Promise<void> {
    await tx.sql`
      INSERT INTO count VALUES (${articleId}, ${votes}) ON CONFLICT (article_id) DO UPDATE SET votes = ${votes}`;
    const data = { rev: votes, comments: 0, votes, total: votes };
    await outbox.add(tx, interactionsCounted, { subject: articleId, data });
  }

  const events = async () =>
    (await db.sql<{ key: string; value: string }[]>`SELECT key, value FROM outbox ORDER BY id`).map(
      ({ key, value }) => ({ key, votes: JSON.parse(value).votes }),
    );

  it('commits an event together with the change', async () => {
    const articleId = anId();
    await db.transaction((tx) => count(tx, articleId, 7));
    expect(await db.query(`SELECT votes FROM count`)).toEqual([{ votes: 7 }]);
    expect(await events()).toEqual([{ key: articleId, votes: 7 }]);
  });

  it('rolls an event back together with the change', async () => {
    const failing = db.transaction(async (tx) => {
      await count(tx, anId(), 7);
      throw new Error('the rule says no');
    });
    await expect(failing).rejects.toThrow('the rule says no');
    expect(await events()).toEqual([]);
  });

  it('adds nothing outside a transaction', async () => {
    await expect(count(db.manager, anId(), 7)).rejects.toThrow('transaction');
    expect(await events()).toEqual([]);
  });

  it('rejects data that breaks the contract, before anything is stored', async () => {
    const adding = db.transaction((tx) => count(tx, anId(), -1));
    await expect(adding).rejects.toThrow('votes');
    expect(await events()).toEqual([]);
  });

  it('gives the events of one aggregate ids in commit order', async () => {
    const articleId = anId();
    await db.transaction((tx) => count(tx, articleId, 1));
    let second: Promise<void> | undefined;
    await db.transaction(async (tx) => {
      await tx.sql`SELECT FROM count WHERE article_id = ${articleId} FOR UPDATE`;
      second = db.transaction((other) => count(other, articleId, 3));
      await waitUntil(isWaitingForLock, { what: 'the second change to wait for the row' });
      await count(tx, articleId, 2);
    });
    await second;
    expect((await events()).map(({ votes }) => votes)).toEqual([1, 2, 3]);
  });

  it('notifies its listeners after a commit, and not after a rollback', async () => {
    const seen: unknown[] = [];
    outbox.onCommit(() => void seen.push('commit'));
    const failing = db.transaction(async (tx) => {
      await count(tx, anId(), 1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await db.transaction(async (tx) => {
      await count(tx, anId(), 1);
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual(['commit']);
  });

  const isWaitingForLock = async (): Promise<boolean> => {
    const rows = await db.sql<[]>`
      SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    return rows.length > 0;
  };
});
