import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { Clock, createLogger } from '#platform';
import { describeWith, migratedDatabase, type MigratedDatabase } from '#testing';
import { messagingMigrations } from './messaging-tables.js';
import { Outbox } from './outbox.js';
import { listRefused, requestRetry } from './refused-events.js';
import { Relay } from './relay.js';
import { MessageRefused, type EventTransport } from './transport.js';

/** An event log in memory. */
class TestLog {
  readonly values: string[] = [];
  readonly takeOvers: boolean[] = [];
  /** What happens before the log acknowledges. */
  beforeAck: (values: readonly string[]) => Promise<void> = async () => undefined;

  readonly transport: EventTransport = {
    batch: 100,
    publish: async (messages, { takenOver }) => {
      const values = messages.map(({ value }) => String(value));
      await this.beforeAck(values);
      this.takeOvers.push(takenOver);
      this.values.push(...values);
    },
    subscribe: () => undefined,
    stopReceiving: async () => undefined,
    close: async () => undefined,
  };
}

/** Its rounds are run by the test, one at a time. */
class RelayUnderTest extends Relay {
  override round(): Promise<boolean | number> {
    return super.round(new AbortController().signal);
  }
}

describeWith('postgres')('a relay', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;
  let log: TestLog;

  beforeAll(async () => {
    migrated = await migratedDatabase('relay', { entities: [], migrations: messagingMigrations });
    db = migrated.db;
  });

  afterAll(async () => {
    await migrated.drop();
  });

  beforeEach(async () => {
    await db.query(`TRUNCATE outbox, refused_key, refused_event, relay_owner RESTART IDENTITY`);
    log = new TestLog();
  });

  const aRelay = (): RelayUnderTest =>
    new RelayUnderTest(
      db,
      new Outbox(new Clock(), 'test'),
      log.transport,
      createLogger('test', 'silent'),
      new Registry(),
    );
  const add = async (...values: string[]): Promise<void> => {
    for (const value of values) {
      await db.sql`
        INSERT INTO outbox (topic, key, headers, value)
        VALUES ('newsroom.polls', ${value.split(' ')[0]}, '{}', ${value})`;
    }
  };
  const left = async (): Promise<string[]> =>
    (await db.query(`SELECT value FROM outbox ORDER BY id`)).map(({ value }: { value: string }) => value);
  /** Lets another process take over, as after a crash of the owner. */
  const expireLease = () => db.query(`UPDATE relay_owner SET renewed_at = to_timestamp(0)`);
  const runUntilIdle = async (relay: RelayUnderTest): Promise<void> => {
    while ((await relay.round()) === true);
  };

  it('publishes the oldest rows first and deletes them', async () => {
    await add('a 1', 'b 1', 'a 2');
    await aRelay().round();
    expect(log.values).toEqual(['a 1', 'b 1', 'a 2']);
    expect(await left()).toEqual([]);
  });

  it('keeps rows that the log has not acknowledged, and publishes them again', async () => {
    await add('a 1', 'a 2');
    const relay = aRelay();
    log.beforeAck = () => Promise.reject(new Error('the broker is down'));
    await expect(relay.round()).rejects.toThrow('the broker is down');
    expect(await left()).toEqual(['a 1', 'a 2']);
    log.beforeAck = async () => undefined;
    await relay.round();
    expect(log.values).toEqual(['a 1', 'a 2']);
  });

  it('publishes nothing while the relay of another process is working', async () => {
    await add('a 1');
    const acknowledged = Promise.withResolvers<void>();
    const sending = new Promise<void>((started) => {
      log.beforeAck = () => {
        started();
        return acknowledged.promise;
      };
    });
    const first = aRelay().round();
    await sending;
    await aRelay().round();
    expect(log.values).toEqual([]);
    acknowledged.resolve();
    await first;
    expect(log.values).toEqual(['a 1']);
  });

  it('leaves rows to the owner while its lease is valid, and takes over after that', async () => {
    const [owner, other] = [aRelay(), aRelay()];
    await add('a 1');
    await owner.round();
    await add('a 2');
    await other.round();
    expect(await left()).toEqual(['a 2']);
    await expireLease();
    await other.round();
    expect(log.values).toEqual(['a 1', 'a 2']);
    expect(log.takeOvers).toEqual([true, true]);
  });

  it('does not fence the log off again while it stays the owner', async () => {
    const owner = aRelay();
    for (const value of ['a 1', 'a 2']) {
      await add(value);
      await owner.round();
    }
    expect(log.takeOvers).toEqual([true, false]);
  });

  it('holds back an event that the log refuses, and later ones of its key alone', async () => {
    await add('a 1', 'large 1', 'b 1', 'large 2');
    refuseLarge();
    await runUntilIdle(aRelay());
    expect(log.values).toEqual(['a 1', 'b 1']);
    expect(await left()).toEqual([]);
    expect((await listRefused(db.manager, 10)).map(({ key }) => key)).toEqual(['large', 'large']);
  });

  it('publishes held events in their order, once an operator asks for it', async () => {
    await add('large 1', 'large 2');
    refuseLarge();
    await runUntilIdle(aRelay());
    log.beforeAck = async () => undefined;
    await requestRetry(db.manager, 'all');
    await add('large 3');
    await expireLease();
    await runUntilIdle(aRelay());
    expect(log.values).toEqual(['large 1', 'large 2', 'large 3']);
    expect(await listRefused(db.manager, 10)).toEqual([]);
  });

  const refuseLarge = (): void => {
    log.beforeAck = async (values) => {
      if (values.some((value) => value.startsWith('large'))) throw new MessageRefused('too large');
    };
  };
});
