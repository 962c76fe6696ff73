import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  addressOf,
  Backbone,
  describeWith,
  rounds,
  someIds,
  startPgBouncer,
  waitUntil,
  write,
  writeMany,
} from '#testing';
import { ArticleLog, shuffled } from './article-log.js';
import { audited } from './audited.js';
import { nothingWrong } from './nothing-wrong.js';

/**
 * Attacks on the path of an event, with real processes and a real broker. Whatever fails, every committed write takes
 * effect once, and the writes of one item in order.
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
    expect(await audited(backbone, { rounds: count })).toMatchObject(nothingWrong);
  };

  it('when the relay dies between the acknowledgement and the delete', async () => {
    await backbone.ledger();
    const items = someIds(5);
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
    const items = someIds(3);
    for (let round = 0; round < rounds(2, 10); round++) {
      const writer = await backbone.writer();
      await writeMany(writer.url, items, 20);
      expect(await write(writer.url, items[0]!, {}, { 'x-die': 'now' })).toBe(false);
      await writer.ended;
    }
    await backbone.writer();
    await expectAllOnceInOrder(rounds(2, 10));
  });

  it('when 50 clients write the same item while three relays are running', async () => {
    await backbone.ledger();
    const writers = await Promise.all([backbone.writer(), backbone.writer(), backbone.writer()]);
    const [item] = someIds(1);
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
    const items = someIds(5);
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
    const items = someIds(8);
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
    const items = someIds(5);
    for (let round = 0; round < rounds(3, 30); round++) {
      const writes = writeMany(writer.url, items, 40);
      await cut(backbone.ledgerDb);
      await cut(backbone.writerDb);
      await writes;
    }
    await expectAllOnceInOrder(rounds(3, 30));
  });

  it('when all database traffic goes through PgBouncer in transaction mode', async () => {
    await Promise.all([backbone.migrateWriter(), backbone.migrateLedger()]);
    const bouncer = await startPgBouncer(addressOf('postgres'));
    const through = (url: string) => ({
      MIGRATE: 'false',
      WRITER_DATABASE_URL: bouncer.url(url),
      LEDGER_DATABASE_URL: bouncer.url(url),
    });
    try {
      const items = someIds(5);
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
    const [slow, ...others] = someIds(4);
    await write(writer.url, slow!, { kicker: 'slow' });
    await writeMany(writer.url, [slow!, ...others], 40);
    await expectAllOnceInOrder();
  });

  it('when the whole topic is redelivered three times in random order', async () => {
    await backbone.ledger();
    const writer = await backbone.writer();
    await writeMany(writer.url, someIds(5), 100);
    await expectAllOnceInOrder();
    const log = new ArticleLog(backbone);
    const messages = await log.read(100);
    await log.append(shuffled([...messages, ...messages, ...messages]));
    await log.read(400);
    await waitUntil(async () => (await log.lag('ledger')) === 0, { what: 'the ledger to have read them' });
    expect(await backbone.settled()).toEqual(await backbone.expected());
  });

  it('when a dead letter is redriven twice after its bug is fixed', async () => {
    const broken = await backbone.ledger({ BUG: 'true', KAFKA_SESSION_TIMEOUT: '2000' });
    const writer = await backbone.writer();
    const [item] = someIds(1);
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

describeWith('postgres', 'kafka')('a projection', () => {
  it('ends with the newest versions when it reads a shuffled topic', async () => {
    const original = await Backbone.create(addressOf('kafka'));
    const copy = await Backbone.create(addressOf('kafka'));
    try {
      const writer = await original.writer();
      await writeMany(writer.url, someIds(5), 100);
      const messages = await new ArticleLog(original).read(100);
      await new ArticleLog(copy).append(shuffled(messages));
      await copy.ledger();
      await waitUntil(async () => (await copy.handled()) === 100);
      const newest = await copy.ledgerDb.query<{ version: number }>(`SELECT version FROM newest`);
      expect(newest.map(({ version }) => version)).toEqual([20, 20, 20, 20, 20]);
    } finally {
      await Promise.all([original.remove(), copy.remove()]);
    }
  });
});

/** Cuts all connections of the service to its database. */
const cut = (db: Backbone['writerDb']): Promise<object[]> =>
  db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name IN ('writer', 'ledger')`,
  );
