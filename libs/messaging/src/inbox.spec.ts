import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { anId, describeWith, migratedDatabase, waitUntil, type MigratedDatabase } from '#testing';
import { addToInbox, markDead, pruneInbox, reviveInInbox } from './inbox.js';
import { messagingMigrations } from './messaging-tables.js';

describeWith('postgres')('the inbox', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;

  beforeAll(async () => {
    migrated = await migratedDatabase('inbox', { entities: [], migrations: messagingMigrations });
    db = migrated.db;
  });

  afterAll(async () => {
    await migrated.drop();
  });

  beforeEach(async () => {
    await db.query(`TRUNCATE inbox`);
  });

  const anEvent = (id = anId(), source = '/newsroom/polls') => ({ id, source });

  it('accepts an event once', async () => {
    const event = anEvent();
    expect(await addToInbox(db.manager, [event])).toEqual([event]);
    expect(await addToInbox(db.manager, [event])).toEqual([]);
  });

  it('returns the new events of a batch in their order, each once', async () => {
    const [first, second, known] = [anEvent('b'), anEvent('a'), anEvent('c')];
    await addToInbox(db.manager, [known]);
    expect(await addToInbox(db.manager, [first, known, second, first])).toEqual([first, second]);
  });

  it('distinguishes events of different sources that have the same id', async () => {
    await addToInbox(db.manager, [anEvent('same', '/newsroom/polls')]);
    const other = anEvent('same', '/newsroom/articles');
    expect(await addToInbox(db.manager, [other])).toEqual([other]);
  });

  it('accepts an event again after its transaction was rolled back', async () => {
    const event = anEvent();
    const failing = db.transaction(async (tx) => {
      await addToInbox(tx, [event]);
      throw new Error('the handler fails');
    });
    await expect(failing).rejects.toThrow('the handler fails');
    expect(await addToInbox(db.manager, [event])).toEqual([event]);
  });

  it('makes a second delivery wait for the first, and then skips the event', async () => {
    const event = anEvent();
    let second: Promise<unknown> | undefined;
    await db.transaction(async (tx) => {
      await addToInbox(tx, [event]);
      second = addToInbox(db.manager, [event]);
      await waitUntil(isWaitingForLock, { what: 'the second delivery to wait' });
    });
    expect(await second).toEqual([]);
  });

  it('skips a dead-lettered event, and lets one redrive handle it', async () => {
    const event = anEvent();
    await markDead(db.manager, event);
    expect(await addToInbox(db.manager, [event])).toEqual([]);
    expect(await reviveInInbox(db.manager, event)).toBe(true);
    expect(await reviveInInbox(db.manager, event)).toBe(false);
  });

  it('deletes events after the retention, and no others', async () => {
    const [old, recent] = [anEvent(), anEvent()];
    await addToInbox(db.manager, [old, recent]);
    await db.sql`UPDATE inbox SET received_at = now() - interval '31 days' WHERE event_id = ${old.id}`;
    expect(await pruneInbox(db.manager, 30)).toBe(1);
    expect(await addToInbox(db.manager, [old, recent])).toEqual([old]);
  });

  const isWaitingForLock = async (): Promise<boolean> => {
    const rows = await db.sql<[]>`
      SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    return rows.length > 0;
  };
});
