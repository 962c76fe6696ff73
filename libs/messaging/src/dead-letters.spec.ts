import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { describeWith, migratedDatabase, type MigratedDatabase } from '#testing';
import {
  addDeadLetter,
  claimRedrive,
  dropDeadLetters,
  findDeadLetter,
  listDeadLetters,
  recordFailedRedrive,
  requestRedrive,
} from './dead-letters.js';
import type { ReceivedMessage } from './message.js';
import { messagingMigrations } from './messaging-tables.js';

describeWith('postgres')('dead letters', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;

  beforeAll(async () => {
    migrated = await migratedDatabase('letters', { entities: [], migrations: messagingMigrations });
    db = migrated.db;
  });

  afterAll(async () => {
    await migrated.drop();
  });

  beforeEach(async () => {
    await db.query(`TRUNCATE dead_letter RESTART IDENTITY`);
  });

  const aMessage = (overrides: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
    topic: 'newsroom.polls',
    partition: 0,
    offset: '1',
    key: Buffer.from('key'),
    value: Buffer.from('{}'),
    headers: {},
    ...overrides,
  });
  const add = (message: ReceivedMessage, error: unknown = new Error('no')) =>
    addDeadLetter(db.manager, message, error, 5);
  const ids = async () => (await listDeadLetters(db.manager, 10)).map(({ id }) => id);

  it('keep a message byte for byte, with the reason of its failure', async () => {
    const bytes = Buffer.from([0, 255, 13, 10]);
    const message = aMessage({ key: null, value: bytes, headers: { ce_id: bytes } });
    await add(message, new TypeError('a bug\0in the handler'));
    expect(await findDeadLetter(db.manager, '1')).toMatchObject({
      ...message,
      reason: 'TypeError: a bug\\0in the handler',
      attempts: 5,
    });
  });

  it('keep the same message from the same position once', async () => {
    await add(aMessage());
    await add(aMessage());
    await add(aMessage({ value: Buffer.from('another log under the same name') }));
    expect(await ids()).toEqual(['1', '3']);
  });

  it('are listed page by page, the oldest first', async () => {
    for (const offset of ['1', '2', '3']) await add(aMessage({ offset }));
    const [first, second] = await listDeadLetters(db.manager, 2);
    expect([first?.offset, second?.offset]).toEqual(['1', '2']);
    expect((await listDeadLetters(db.manager, 2, second!.id)).map(({ offset }) => offset)).toEqual(['3']);
  });

  it('are redriven only on request: some of them, or all', async () => {
    for (const offset of ['1', '2', '3']) await add(aMessage({ offset }));
    expect(await claimRedrive(db.manager)).toBeUndefined();
    expect(await requestRedrive(db.manager, ['2'])).toBe(1);
    expect((await claimRedrive(db.manager))?.id).toBe('2');
    expect(await requestRedrive(db.manager, 'all')).toBe(3);
  });

  it('are no longer requested after a redrive has failed, and have the new reason', async () => {
    await add(aMessage());
    await requestRedrive(db.manager, 'all');
    await recordFailedRedrive(db.manager, '1', new RangeError('another bug'));
    expect(await claimRedrive(db.manager)).toBeUndefined();
    expect(await findDeadLetter(db.manager, '1')).toMatchObject({
      reason: 'RangeError: another bug',
      attempts: 6,
    });
  });

  it('are gone after an operator has dropped them', async () => {
    for (const offset of ['1', '2']) await add(aMessage({ offset }));
    expect(await dropDeadLetters(db.manager, ['1'])).toBe(1);
    expect(await ids()).toEqual(['2']);
  });
});
