import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { DataSource, EntityManager, MigrationInterface, QueryRunner } from 'typeorm';
import { describeWith, migratedDatabase, waitUntil, type MigratedDatabase } from '#testing';
import { unlessNewer } from './unless-newer.js';

class Tables1763900000000 implements MigrationInterface {
  readonly name = 'Tables1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE headline (id text PRIMARY KEY, version integer NOT NULL, text text)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE headline`);
  }
}

describeWith('postgres')('a projection that is written unless a newer version is stored', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;

  beforeAll(async () => {
    migrated = await migratedDatabase('projection', { entities: [], migrations: [Tables1763900000000] });
    db = migrated.db;
  });

  afterAll(async () => {
    await migrated.drop();
  });

  beforeEach(async () => {
    await db.query(`TRUNCATE headline`);
  });

  /** @returns whether the snapshot was written. */
  const keep = async (version: number, text: string, tx: EntityManager = db.manager): Promise<boolean> => {
    const rows = await tx.sql<object[]>`
      INSERT INTO headline (id, version, text) VALUES ('a', ${version}, ${text})
      ${unlessNewer('headline', { key: 'id', version: 'version', columns: ['text'] })}`;
    return rows.length > 0;
  };

  const kept = () => db.query(`SELECT version, text FROM headline`);

  it('stores the first version and every newer one', async () => {
    expect(await keep(1, 'first')).toBe(true);
    expect(await keep(3, 'third')).toBe(true);
    expect(await kept()).toEqual([{ version: 3, text: 'third' }]);
  });

  it('ignores an older version', async () => {
    await keep(3, 'third');
    expect(await keep(2, 'second')).toBe(false);
    expect(await kept()).toEqual([{ version: 3, text: 'third' }]);
  });

  it('stores the same version again, so that republishing repairs a wrong row', async () => {
    await keep(3, 'wrong');
    expect(await keep(3, 'third')).toBe(true);
    expect(await kept()).toEqual([{ version: 3, text: 'third' }]);
  });

  it.each([
    ['there already', 1],
    ['missing', undefined],
  ])(
    'makes an older version wait for a newer one in progress, when the row was %s',
    async (_what, before) => {
      if (before !== undefined) await keep(before, 'before');
      let older: Promise<boolean> | undefined;
      await db.transaction(async (tx) => {
        await keep(3, 'third', tx);
        older = keep(2, 'second');
        await waitUntil(isWaiting, { what: 'the older version to wait' });
      });
      expect(await older).toBe(false);
      expect(await kept()).toEqual([{ version: 3, text: 'third' }]);
    },
  );

  const isWaiting = async (): Promise<boolean> => {
    const rows = await db.sql<[]>`
      SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    return rows.length > 0;
  };
});
