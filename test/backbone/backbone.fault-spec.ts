import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { addressOf, describeWith, startKafka, startPgBouncer, waitUntil, type KafkaCluster } from '#testing';
import { Backbone, rounds, someItems, write, writeMany } from './harness.js';
import { nothingWrong } from './nothing-wrong.js';

/**
 * Attacks on the way of an event, with real processes and a real broker. Whatever happens, every committed write takes
 * effect once, and the writes of one item in their order.
 */
describeWith('postgres', 'kafka')('no event is lost, duplicated or reordered', () => {
  let backbone: Backbone;

  beforeEach(async () => {
    backbone = await Backbone.create(addressOf('kafka'));
  });

  afterEach(async () => {
    await backbone.remove();
  });

  const expectAllOnceInOrder = async (count = 1): Promise<void> => {
    expect(await backbone.audited({ rounds: count })).toMatchObject(nothingWrong);
  };

  it('when the relay dies between the acknowledgement and the delete', async () => {
    await backbone.ledger();
    const items = someItems(5);
    for (let round = 0; round < rounds(2, 50); round++) {
      const writer = await backbone.writer({}, { after: 'publish', times: 2 });
      const ended = writer.ended;
      while (writer.isRunning) await writeMany(writer.url, items, 5, 5);
      await ended;
    }
    await backbone.writer();
    await expectAllOnceInOrder(rounds(2, 50));
  });

  it('when the writing process dies between the commit and the answer', async () => {
    await backbone.ledger();
    const items = someItems(3);
    for (let round = 0; round < rounds(2, 10); round++) {
      const writer = await backbone.writer();
      await writeMany(writer.url, items, 20);
      expect(await write(writer.url, items[0]!, {}, { 'x-die': 'now' })).toBe(false);
      await writer.ended;
    }
    await backbone.writer();
    await expectAllOnceInOrder(rounds(2, 10));
  });

  it('when 50 write the same item while three relays are running', async () => {
    await backbone.ledger();
    const writers = await Promise.all([backbone.writer(), backbone.writer(), backbone.writer()]);
    const [item] = someItems(1);
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        for (let n = 0; n < rounds(6, 40); n++) await write(writers[(i + n) % 3]!.url, item!);
      }),
    );
    await expectAllOnceInOrder(rounds(6, 40));
  });

  it.each([
    ['before its commit', 'receive'],
    ['between its commit and the commit of the offset', 'deliver'],
  ] as const)('when a consumer dies %s', async (_when, after) => {
    const writer = await backbone.writer();
    const items = someItems(5);
    for (let round = 0; round < rounds(2, 20); round++) {
      const ledger = await backbone.ledger({ KAFKA_SESSION_TIMEOUT: '2000' }, { after, times: 2 });
      while (ledger.isRunning) await writeMany(writer.url, items, 5, 5);
    }
    await backbone.ledger({ KAFKA_SESSION_TIMEOUT: '2000' });
    await expectAllOnceInOrder(rounds(2, 20));
  });

  it('when two replicas of both sides are restarted one after the other under load', async () => {
    const env = { KAFKA_SESSION_TIMEOUT: '3000' };
    let writers = await Promise.all([backbone.writer(), backbone.writer()]);
    let ledgers = await Promise.all([backbone.ledger(env), backbone.ledger(env)]);
    const items = someItems(8);
    const load = { on: true };
    const writing = (async () => {
      while (load.on) await Promise.all(writers.map(({ url }) => writeMany(url, items, 10, 5)));
    })();
    for (let round = 0; round < rounds(1, 5); round++) {
      for (const i of [0, 1]) {
        const [fresh, ledger] = await Promise.all([backbone.writer(), backbone.ledger(env)]);
        const [oldWriter, oldLedger] = [writers[i]!, ledgers[i]!];
        writers = writers.with(i, fresh) as typeof writers;
        ledgers = ledgers.with(i, ledger) as typeof ledgers;
        await Promise.all([oldWriter.stop(), oldLedger.stop()]);
      }
    }
    load.on = false;
    await writing;
    await expectAllOnceInOrder(rounds(1, 5));
  });

  it('when database connections are cut in the middle of transactions', async () => {
    await backbone.ledger();
    const writer = await backbone.writer();
    const items = someItems(5);
    for (let round = 0; round < rounds(3, 30); round++) {
      const writes = writeMany(writer.url, items, 40);
      await cut(backbone.ledgerDb);
      await cut(backbone.writerDb);
      await writes;
    }
    await expectAllOnceInOrder(rounds(3, 30));
  });

  it('when all of it goes through PgBouncer in transaction mode', async () => {
    await Promise.all([backbone.migrateWriter(), backbone.migrateLedger()]);
    const bouncer = await startPgBouncer(addressOf('postgres'));
    const through = (url: string) => ({
      MIGRATE: 'false',
      WRITER_DATABASE_URL: bouncer.url(url),
      LEDGER_DATABASE_URL: bouncer.url(url),
    });
    try {
      const items = someItems(5);
      const [writer, other] = await Promise.all([
        backbone.writer(through(backbone.writerDb.url)),
        backbone.writer(through(backbone.writerDb.url)),
        backbone.ledger(through(backbone.ledgerDb.url)),
      ]);
      for (let round = 0; round < rounds(2, 20); round++) {
        const writes = [writeMany(writer.url, items, 40), writeMany(other.url, items, 40)];
        await cut(backbone.writerDb);
        await Promise.all(writes);
      }
      await expectAllOnceInOrder(rounds(2, 20));
    } finally {
      await bouncer.remove();
    }
  });

  it('when a handler takes longer than the session timeout', async () => {
    const env = { KAFKA_SESSION_TIMEOUT: '1500', SLOW_MS: '3500' };
    await Promise.all([backbone.ledger(env), backbone.ledger(env)]);
    const writer = await backbone.writer();
    const [slow, ...others] = someItems(4);
    await write(writer.url, slow!, { kicker: 'slow' });
    await writeMany(writer.url, [slow!, ...others], 40);
    await expectAllOnceInOrder();
  });

  it('when the whole topic is redelivered three times in random order', async () => {
    await backbone.ledger();
    const writer = await backbone.writer();
    await writeMany(writer.url, someItems(5), 100);
    await expectAllOnceInOrder();
    const log = new Log(backbone);
    const messages = await log.read(100);
    await log.append(shuffled([...messages, ...messages, ...messages]));
    await log.read(400);
    await waitUntil(async () => (await log.lag('ledger')) === 0, { what: 'the ledger to have read them' });
    expect(await backbone.settled()).toEqual(await backbone.expected());
  });

  it('and a projection that reads such a shuffled topic anew ends with the newest versions', async () => {
    const writer = await backbone.writer();
    const items = someItems(5);
    await writeMany(writer.url, items, 100);
    const log = new Log(backbone);
    const messages = await log.read(100);
    const shuffledLog = await Backbone.create(addressOf('kafka'));
    try {
      await new Log(shuffledLog).append(shuffled(messages));
      await shuffledLog.ledger();
      await waitUntil(async () => (await shuffledLog.ledgerDb.query(`SELECT FROM ledger`)).length === 100);
      const newest = await shuffledLog.ledgerDb.query<{ subject: string; version: number }>(
        `SELECT * FROM newest`,
      );
      expect(newest).toHaveLength(5);
      expect(newest.every(({ version }) => version === 20)).toBe(true);
    } finally {
      await shuffledLog.remove();
    }
  });

  it('when a handler throws a TypeError: that message goes to the dead letters, the others take effect', async () => {
    await backbone.ledger({ BUG: 'true' });
    const writer = await backbone.writer();
    const [bad, good] = someItems(2);
    await write(writer.url, bad!, { kicker: 'bug' });
    await writeMany(writer.url, [bad!, good!], 10);
    await waitUntil(async () => (await backbone.ledgerDb.query(`SELECT FROM ledger`)).length === 10, {
      within: 30_000,
      what: 'the ten good events',
    });
    const letters = await backbone.ledgerDb.query(`SELECT reason, attempts FROM dead_letter`);
    expect(letters).toEqual([{ reason: expect.stringContaining('TypeError'), attempts: 5 }]);
  });

  it('when a dead letter is redriven twice after its bug is fixed', async () => {
    const broken = await backbone.ledger({ BUG: 'true', KAFKA_SESSION_TIMEOUT: '2000' });
    const writer = await backbone.writer();
    const [item] = someItems(1);
    await write(writer.url, item!, { kicker: 'bug' });
    const letters = () => backbone.ledgerDb.query<{ id: string }>(`SELECT id FROM dead_letter`);
    await waitUntil(async () => (await letters()).length === 1, { within: 30_000, what: 'the dead letter' });
    await broken.stop();
    const [copy] = await backbone.ledgerDb.query<{ id: string }>(
      `INSERT INTO dead_letter (topic, partition, "offset", key, headers, value, digest, reason, attempts, redrive_requested_at)
       SELECT topic, partition, "offset" + 1, key, headers, value, digest, reason, attempts, now() FROM dead_letter RETURNING id`,
    );
    expect(copy).toBeDefined();
    await backbone.ledgerDb.query(`UPDATE dead_letter SET redrive_requested_at = now()`);
    await backbone.ledger({ KAFKA_SESSION_TIMEOUT: '2000' });
    await waitUntil(async () => (await letters()).length === 0, {
      within: 30_000,
      what: 'the letters to be gone',
    });
    await expectAllOnceInOrder();
  });
});

describeWith('postgres', 'kafka')('bad messages', () => {
  let backbone: Backbone;

  beforeEach(async () => {
    backbone = await Backbone.create(addressOf('kafka'), { partitions: 1, maxMessageBytes: 8 * 1024 * 1024 });
  });

  afterEach(async () => {
    await backbone.remove();
  });

  it('go to the dead letters with their exact bytes while the partition goes on', async () => {
    const writer = await backbone.writer();
    const [item] = someItems(1);
    await write(writer.url, item!);
    const log = new Log(backbone);
    const [good] = await log.read(1);
    const { headers } = good!;
    const { ce_subject: _, ...withoutSubject } = headers!;
    const bad: Pick<KafkaMessage, 'value' | 'headers'>[] = [
      { headers, value: Buffer.from('{"version": 1,') },
      { headers: { ...headers, ce_id: Buffer.from('a\0b') }, value: good!.value },
      { headers, value: null },
      { headers: withoutSubject, value: good!.value },
      { headers: {}, value: good!.value },
      { headers, value: Buffer.from('{"version":"one"}') },
      { headers, value: Buffer.from([0x22, 0xff, 0xfe, 0x22]) },
      { headers, value: Buffer.alloc(5 * 1024 * 1024, 0x20) },
      { headers, value: Buffer.from('['.repeat(10_000) + ']'.repeat(10_000)) },
    ];
    for (const [i, message] of bad.entries())
      await log.append([{ ...message, key: Buffer.from(`bad ${i}`) }]);
    await write(writer.url, item!);

    await backbone.ledger();
    expect(await backbone.settled()).toEqual(new Map([[item, [1, 2]]]));
    const letters = await backbone.ledgerDb.query<{
      key: Buffer;
      value: Buffer | null;
      headers: Record<string, string>;
    }>(`SELECT key, value, headers FROM dead_letter ORDER BY "offset"`);
    expect(letters.map(({ key }) => String(key))).toEqual(bad.map((_m, i) => `bad ${i}`));
    for (const [i, { value, headers: kept }] of letters.entries()) {
      expect(value?.equals(bad[i]!.value!) ?? null).toBe(bad[i]!.value ? true : null);
      expect(Object.keys(kept)).toEqual(Object.keys(bad[i]!.headers!));
    }
  });

  it('but an event of a type not yet known is passed over and counted', async () => {
    const log = new Log(backbone);
    const headers = { ce_type: Buffer.from('article.sung') };
    await log.append([{ key: Buffer.from('future'), value: Buffer.from('{}'), headers }]);
    const ledger = await backbone.ledger();
    const metrics = async () => (await fetch(`${ledger.operationsUrl}/metrics`)).text();
    const line = await waitUntil(
      async () => /events_received_total\{.*outcome="unknown".*\} (\d+)/.exec(await metrics())?.[1],
      {
        within: 30_000,
        what: 'the count',
      },
    );
    expect(line).toBe('1');
  });
});

describeWith('postgres', 'kafka')('a broker of its own', () => {
  let broker: KafkaCluster;
  let backbone: Backbone;

  beforeAll(async () => {
    broker = await startKafka();
    backbone = await Backbone.create(broker.brokers);
  });

  afterAll(async () => {
    await backbone.remove();
    await broker.remove();
  });

  it('may be away under writes: they go on, and all events arrive when it is back', async () => {
    await backbone.ledger({ KAFKA_SESSION_TIMEOUT: '3000' });
    const writer = await backbone.writer();
    const items = someItems(5);
    await writeMany(writer.url, items, 20);
    await broker.stop();
    const until = Date.now() + rounds(2_000, 20_000);
    while (Date.now() < until) {
      expect(await writeMany(writer.url, items, 20)).toBe(20);
    }
    const [{ count }] = (await backbone.writerDb.query(`SELECT count(*)::int FROM outbox`)) as [
      { count: number },
    ];
    expect(count).toBeGreaterThan(0);
    await broker.start();
    expect(await backbone.audited()).toMatchObject(nothingWrong);
  });

  it('may be killed under writes', async () => {
    const [writer] = await Promise.all([
      backbone.writer(),
      backbone.ledger({ KAFKA_SESSION_TIMEOUT: '3000' }),
    ]);
    const items = someItems(5);
    for (let round = 0; round < rounds(1, 5); round++) {
      const writes = writeMany(writer.url, items, 300);
      await broker.kill();
      await broker.start();
      await writes;
    }
    expect(await backbone.audited()).toMatchObject(nothingWrong);
  });
});

/** Cuts every connection that the service has to its database. */
const cut = (db: Backbone['writerDb']): Promise<object[]> =>
  db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name IN ('writer', 'ledger')`,
  );

/** The articles topic, read and written by a stranger. */
class Log {
  private readonly kafka: Kafka;
  private readonly topic: string;

  constructor(private readonly backbone: Backbone) {
    this.kafka = new Kafka({ brokers: [backbone.brokers], logLevel: logLevel.NOTHING });
    this.topic = `${backbone.prefix}newsroom.articles`;
  }

  /** Reads from the start until there are `count` messages. */
  async read(count: number): Promise<KafkaMessage[]> {
    const messages: KafkaMessage[] = [];
    const consumer = this.kafka.consumer({
      groupId: `${this.backbone.prefix}reader-${count}-${Math.random()}`,
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.topic], fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void messages.push(message) });
    await waitUntil(() => messages.length >= count, { within: 30_000, what: `${count} messages in the log` });
    await consumer.disconnect();
    return messages;
  }

  async append(messages: readonly Pick<KafkaMessage, 'key' | 'value' | 'headers'>[]): Promise<void> {
    const producer = this.kafka.producer();
    await producer.connect();
    await producer.send({
      topic: this.topic,
      messages: messages.map(({ key, value, headers }) => ({ key, value, headers })),
    });
    await producer.disconnect();
  }

  /** Messages that the group has still to commit. */
  async lag(group: string): Promise<number> {
    const admin = this.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(this.topic);
    const [committed] = await admin.fetchOffsets({
      groupId: this.backbone.prefix + group,
      topics: [this.topic],
    });
    await admin.disconnect();
    return ends.reduce((lag, { partition, high }) => {
      const offset = committed!.partitions.find((one) => one.partition === partition)?.offset ?? '0';
      return lag + Number(high) - Math.max(0, Number(offset));
    }, 0);
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
