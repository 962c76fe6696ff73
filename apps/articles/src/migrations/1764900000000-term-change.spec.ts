import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource, createLogger } from '#platform';
import { anId, describeWith, testDatabase, type TestDatabase } from '#testing';
import { database as definition } from '../database.js';
import {
  claimJob,
  failJob,
  finishJob,
  keepFailure,
  saveProgress,
} from '../publishing/term-propagation.queries.js';
import { requestPropagation } from '../taxonomy/term-changes.js';

const by = { id: 'test-editor', name: 'Test' };

describeWith('postgres')('the view term_change', () => {
  let database: TestDatabase;
  let db: DataSource;
  let termId: string;
  beforeAll(async () => {
    database = await testDatabase('articles');
    db = createDataSource(
      'term-change',
      database.url,
      { databasePool: 2, databaseUrl: database.url },
      definition,
      createLogger('term-change', 'silent'),
    );
    await db.initialize();
    await db.runMigrations();
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });
  beforeEach(async () => {
    await db.query(`DELETE FROM retelling`);
    termId = anId();
    await db.query(`INSERT INTO term (id, kind, slug, name) VALUES ($1, 'topic', $2, 'Thema')`, [
      termId,
      termId,
    ]);
  });

  /** The reads and writes of the previous version. */
  const old = {
    request: () =>
      db.query(`INSERT INTO retelling (term_id, by_id, by_name) VALUES ($1, 'a', 'A')`, [termId]),
    jobs: (): Promise<Record<string, unknown>[]> => db.query(`SELECT * FROM retelling ORDER BY id`),
  };

  it('shows the previous version a change that this version requests, with all defaults', async () => {
    await db.transaction((tx) => requestPropagation(tx, termId, by));
    expect(await old.jobs()).toEqual([
      {
        id: expect.any(String),
        term_id: termId,
        by_id: by.id,
        by_name: by.name,
        requested_at: expect.any(Date),
        last_id: null,
        done: 0,
        finished_at: null,
        article_id: null,
        failed_at: null,
        reason: null,
      },
    ]);
  });

  it('lets this version process a change that the previous version requested', async () => {
    await old.request();
    const articleId = anId();
    await db.transaction(async (tx) => {
      const job = await claimJob(tx);
      await saveProgress(tx, job!, [articleId]);
      await finishJob(tx, job!);
    });
    expect(await old.jobs()).toMatchObject([
      { done: 1, last_id: articleId, finished_at: expect.any(Date), failed_at: null },
    ]);
  });

  it('skips a change that a replica of either version has locked', async () => {
    await old.request();
    await db.transaction(async (tx) => {
      await tx.query(`SELECT FROM retelling FOR UPDATE`);
      expect(await db.transaction((other) => claimJob(other))).toBeUndefined();
    });
    await db.transaction(async (tx) => {
      expect(await claimJob(tx)).toMatchObject({ termId });
      expect(await db.query(`SELECT FROM retelling FOR UPDATE SKIP LOCKED`)).toEqual([]);
    });
  });

  it('keeps one failure per term and article', async () => {
    await old.request();
    const articleId = anId();
    await db.transaction(async (tx) => {
      const job = await claimJob(tx);
      await keepFailure(tx, job!, articleId, new Error('first'));
      await keepFailure(tx, job!, articleId, new Error('second'));
      await failJob(tx, job!, new Error('merge'));
    });
    expect(await old.jobs()).toMatchObject([
      { article_id: null, failed_at: expect.any(Date), reason: 'Error: merge' },
      { article_id: articleId, failed_at: expect.any(Date), reason: 'Error: second' },
    ]);
  });

  it('counts and deletes the same rows', async () => {
    await old.request();
    expect(
      await db.query(`SELECT count(*)::int AS count FROM term_change WHERE finished_at IS NULL`),
    ).toEqual([{ count: 1 }]);
    await db.query(`DELETE FROM term_change WHERE term_id = $1`, [termId]);
    expect(await old.jobs()).toEqual([]);
  });
});
