import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import {
  anId,
  describeWith,
  migratedDatabase,
  waitUntil,
  ServiceUnderTest,
  type MigratedDatabase,
} from '#testing';
import { database } from '../database.js';
import { recommendationsApp } from '../service.js';
import { CoalescedCounts1764900000000 } from './1764900000000-coalesced-counts.js';

/** The statements with which the previous version finds and clears its marks. */
const previously = {
  claim: `SELECT article_id AS id FROM interactions
    WHERE untold AND (told_at IS NULL OR told_at <= clock_timestamp() - interval '1 second')`,
  clear: `UPDATE interactions SET untold = false, told_at = clock_timestamp() WHERE article_id = $1`,
};

describeWith('postgres')('counts during a rollout and after a rollback', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;

  beforeAll(async () => {
    migrated = await migratedDatabase('recommendations', database);
    db = migrated.db;
  });

  afterAll(async () => {
    await migrated.drop();
  });

  const insert = async (mark: 'untold' | 'emission_pending', marked: boolean): Promise<string> => {
    const id = anId();
    await db.query(`INSERT INTO interactions (article_id, ${mark}) VALUES ($1, $2)`, [id, marked]);
    return id;
  };
  const row = async (id: string) => {
    const [found] = await db.query(
      `SELECT untold, emission_pending, told_at, emitted_at FROM interactions WHERE article_id = $1`,
      [id],
    );
    return found;
  };
  const claimedBefore = async (): Promise<string[]> =>
    (await db.query(previously.claim)).map(({ id }: { id: string }) => id);

  it('are emitted by this version when the previous one has marked them', async () => {
    const service = await ServiceUnderTest.start(recommendationsApp);
    const id = anId();
    await service.query(`INSERT INTO interactions (article_id, rev, untold) VALUES ($1, 1, true)`, [id]);
    const event = await waitUntil(() => service.emitted.find(({ subject }) => subject === id), {
      what: 'the event',
    });
    expect(event.type).toBe('interactions.counted');
    await service.stop();
  });

  it('are found by the previous version when this one has marked them', async () => {
    const id = await insert('untold', false);
    await db.query(`UPDATE interactions SET emission_pending = true WHERE article_id = $1`, [id]);
    expect(await claimedBefore()).toContain(id);
    await db.query(previously.clear, [id]);
    const { emission_pending, emitted_at, told_at } = await row(id);
    expect({ emission_pending, emitted_at }).toEqual({ emission_pending: false, emitted_at: told_at });
  });

  it('are not emitted again by the previous version when this one has emitted them', async () => {
    const id = await insert('untold', true);
    await db.query(
      `UPDATE interactions SET emission_pending = false, emitted_at = clock_timestamp() WHERE article_id = $1`,
      [id],
    );
    expect(await claimedBefore()).not.toContain(id);
    const { untold, told_at, emitted_at } = await row(id);
    expect({ untold, told_at }).toEqual({ untold: false, told_at: emitted_at });
  });

  it('are marked for both versions when either inserts the row', async () => {
    for (const mark of ['untold', 'emission_pending'] as const) {
      expect(await row(await insert(mark, true))).toMatchObject({ untold: true, emission_pending: true });
    }
  });

  it('keep the marks that were set before the migration', async () => {
    const runner = db.createQueryRunner();
    const migration = new CoalescedCounts1764900000000();
    await migration.down(runner);
    const id = await insert('untold', true);
    await migration.up(runner);
    await runner.release();
    expect(await row(id)).toMatchObject({ untold: true, emission_pending: true });
  });
});
