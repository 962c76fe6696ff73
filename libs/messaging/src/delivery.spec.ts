import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { DataSource, EntityManager } from 'typeorm';
import { interactionsCounted, type NewsroomEvent, type RawEvent } from '#events';
import { createLogger } from '#platform';
import { anId, aReceivedEvent, describeWith, migratedDatabase, type MigratedDatabase } from '#testing';
import { Delivery } from './delivery.js';
import { messagingMigrations } from './messaging-tables.js';

describeWith('postgres')('a delivery', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;
  let delivery: Delivery;
  /** The number of votes that the handler refuses. */
  let unlucky: number | undefined;

  beforeAll(async () => {
    migrated = await migratedDatabase('delivery', { entities: [], migrations: messagingMigrations });
    db = migrated.db;
    await db.query(`CREATE TABLE seen (place serial, votes integer)`);
  });

  afterAll(async () => {
    await migrated.drop();
  });

  beforeEach(async () => {
    await db.query(`TRUNCATE seen, inbox, dead_letter`);
    unlucky = undefined;
    delivery = new Delivery(db, createLogger('test', 'silent'), new Registry());
    delivery.bind(new Map([[interactionsCounted.type, handle]]));
  });

  async function handle(event: NewsroomEvent | RawEvent, tx: EntityManager): Promise<void> {
    const { votes } = (event as NewsroomEvent).data as { votes: number };
    await tx.sql`INSERT INTO seen (votes) VALUES (${votes})`;
    if (votes === unlucky) throw new TypeError('a bug in the handler');
  }

  const counted = (votes: number) =>
    aReceivedEvent(interactionsCounted, {
      subject: anId(),
      data: { rev: votes, comments: 0, votes, total: votes },
    });
  const seen = async (): Promise<number[]> =>
    (await db.query(`SELECT votes FROM seen ORDER BY place`)).map(({ votes }: { votes: number }) => votes);
  const deadLetters = () => db.query(`SELECT "offset", attempts FROM dead_letter`);

  it('runs the handler once, however often the message arrives', async () => {
    const message = counted(1);
    expect(await delivery.deliver([message, message])).toEqual({ done: 2 });
    expect(await delivery.deliver([message])).toEqual({ done: 1 });
    expect(await seen()).toEqual([1]);
  });

  it('leaves no trace of a handler that fails, so that a retry handles the message', async () => {
    unlucky = 1;
    const message = counted(1);
    const attempt = await delivery.deliver([message]);
    expect(attempt).toMatchObject({ done: 0, failure: { kind: 'permanent' } });
    expect(await seen()).toEqual([]);
    unlucky = undefined;
    await delivery.deliver([message]);
    expect(await seen()).toEqual([1]);
  });

  it('handles the messages before a failed one, and none after it', async () => {
    unlucky = 3;
    const attempt = await delivery.deliver([counted(1), counted(2), counted(3), counted(4)]);
    expect(attempt).toMatchObject({ done: 2, failure: { error: new TypeError('a bug in the handler') } });
    expect(await seen()).toEqual([1, 2]);
  });

  it('dead-letters unreadable bytes at once and goes on', async () => {
    const unreadable = { ...counted(1), value: Buffer.from('{"votes":') };
    expect(await delivery.deliver([unreadable, counted(2)])).toEqual({ done: 2 });
    expect(await deadLetters()).toEqual([{ offset: unreadable.offset, attempts: 1 }]);
    expect(await seen()).toEqual([2]);
  });

  it('skips an event of a type without a handler', async () => {
    const unknown = counted(1);
    unknown.headers = { ...unknown.headers, ce_type: Buffer.from('poll.sung') };
    expect(await delivery.deliver([unknown])).toEqual({ done: 1 });
    expect(await deadLetters()).toEqual([]);
    expect(await db.query(`SELECT FROM inbox`)).toEqual([]);
  });

  it('skips a message after it was dead-lettered', async () => {
    const message = counted(1);
    await delivery.deadLetter(message, new TypeError('a bug in the handler'), 5);
    expect(await delivery.deliver([message])).toEqual({ done: 1 });
    expect(await seen()).toEqual([]);
    expect(await deadLetters()).toEqual([{ offset: message.offset, attempts: 5 }]);
  });

  it('reports a failure of the database as transient', async () => {
    delivery.bind(
      new Map([
        [interactionsCounted.type, (_event, tx) => tx.sql`SELECT pg_terminate_backend(pg_backend_pid())`],
      ]),
    );
    expect(await delivery.deliver([counted(1)])).toMatchObject({ done: 0, failure: { kind: 'transient' } });
  });
});
