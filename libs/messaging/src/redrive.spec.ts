import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { interactionsCounted } from '#events';
import { createLogger } from '#platform';
import { anId, aReceivedEvent, describeWith, migratedDatabase, type MigratedDatabase } from '#testing';
import { listDeadLetters, requestRedrive } from './dead-letters.js';
import { Delivery, type BoundHandler } from './delivery.js';
import { messagingMigrations } from './messaging-tables.js';
import { Redrive } from './redrive.js';

/** Its rounds are run by the test, one at a time. */
class RedriveUnderTest extends Redrive {
  override round(): Promise<boolean> {
    return super.round();
  }
}

describeWith('postgres')('a redrive', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;
  let delivery: Delivery;
  let redrive: RedriveUnderTest;

  beforeAll(async () => {
    migrated = await migratedDatabase('redrive', { entities: [], migrations: messagingMigrations });
    db = migrated.db;
    await db.query(`CREATE TABLE seen (event_id text)`);
  });

  afterAll(async () => {
    await migrated.drop();
  });

  beforeEach(async () => {
    await db.query(`TRUNCATE seen, inbox, dead_letter`);
    const log = createLogger('test', 'silent');
    delivery = new Delivery(db, log, new Registry());
    redrive = new RedriveUnderTest(db, delivery, log);
    deploy((event, tx) => tx.sql`INSERT INTO seen VALUES (${event.id})`);
  });

  /** Another version of the handler. */
  const deploy = (handler: BoundHandler): void =>
    delivery.bind(new Map([[interactionsCounted.type, handler]]));
  const counted = (id = anId()) =>
    aReceivedEvent(interactionsCounted, {
      id,
      subject: anId(),
      data: { rev: 1, comments: 0, votes: 1, total: 1 },
    });
  const deadLetter = (message = counted()) => delivery.deadLetter(message, new TypeError('a bug'), 5);
  const reasons = async () => (await listDeadLetters(db.manager, 10)).map(({ reason }) => reason);
  const requested = () => db.query(`SELECT FROM dead_letter WHERE redrive_requested_at IS NOT NULL`);

  it('handles a letter and deletes it, once an operator has asked for it', async () => {
    await deadLetter(counted('event'));
    expect(await redrive.round()).toBe(false);
    await requestRedrive(db.manager, 'all');
    expect(await redrive.round()).toBe(true);
    expect(await db.query(`SELECT event_id FROM seen`)).toEqual([{ event_id: 'event' }]);
    expect(await reasons()).toEqual([]);
  });

  it('handles an event once, even if two letters hold it', async () => {
    await deadLetter(counted('event'));
    await deadLetter(counted('event'));
    await requestRedrive(db.manager, 'all');
    while (await redrive.round());
    expect(await db.query(`SELECT event_id FROM seen`)).toEqual([{ event_id: 'event' }]);
    expect(await reasons()).toEqual([]);
  });

  it('keeps a letter that fails again, with the new reason and without the request', async () => {
    await deadLetter();
    deploy(() => Promise.reject(new RangeError('another bug')));
    await requestRedrive(db.manager, 'all');
    expect(await redrive.round()).toBe(true);
    expect(await reasons()).toEqual(['RangeError: another bug']);
    expect(await requested()).toEqual([]);
  });

  it('keeps the request while the database is at fault, behind those of other letters', async () => {
    await deadLetter(counted('first'));
    await deadLetter(counted('second'));
    await requestRedrive(db.manager, 'all');
    deploy((_event, tx) => tx.sql`SELECT pg_terminate_backend(pg_backend_pid())`);
    await expect(redrive.round()).rejects.toThrow('connection');
    deploy((event, tx) => tx.sql`INSERT INTO seen VALUES (${event.id})`);
    while (await redrive.round());
    expect(await db.query(`SELECT event_id FROM seen`)).toEqual([
      { event_id: 'second' },
      { event_id: 'first' },
    ]);
  });

  it('keeps a letter for which the running version has no handler', async () => {
    await deadLetter();
    delivery.bind(new Map());
    await requestRedrive(db.manager, 'all');
    await redrive.round();
    expect(await reasons()).toEqual(['Error: This service has no handler for interactions.counted.']);
  });
});
