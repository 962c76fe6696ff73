import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import {
  addressOf,
  createTopics,
  describeWith,
  startKafka,
  testPrefix,
  waitUntil,
  withAdmin,
  type KafkaCluster,
} from '#testing';
import { Backbone, rounds, someItems, write, writeMany, type ServiceProcess } from './harness.js';
import { nothingWrong } from './nothing-wrong.js';

const letters = (backbone: Backbone) =>
  backbone.ledgerDb.query<{ id: string; reason: string; attempts: number }>(
    `SELECT id, reason, attempts FROM dead_letter ORDER BY id`,
  );

const handled = async (backbone: Backbone): Promise<number> => {
  const [row] = await backbone.ledgerDb.query<{ count: number }>(`SELECT count(*)::int FROM ledger`);
  return row!.count;
};

/** Failures of one event, one partition or one table must stop neither the others nor themselves for good. */
describeWith('postgres', 'kafka')('a consumer', () => {
  let backbone: Backbone;

  beforeEach(async () => {
    backbone = await Backbone.create(addressOf('kafka'), { partitions: 6 });
  });

  afterEach(async () => {
    await backbone.remove();
  });

  it('keeps five partitions moving while every event of the sixth fails', async () => {
    const [writer, ledger] = await Promise.all([backbone.writer(), backbone.ledger({ BUG: 'true' })]);
    const [bad, ...good] = someItems(12) as [string, ...string[]];
    for (let i = 0; i < 60; i++) await write(writer.url, bad, { kicker: 'bug' });
    await waitUntil(async () => ((await ledger.metric('events_received_total', 'retried')) ?? 0) > 0, {
      within: 30_000,
      what: 'the first failure',
    });
    await writeMany(writer.url, good, 11);
    // Some of the eleven may share the partition of the poisoned key; they come after it, as they must.
    await waitUntil(async () => (await handled(backbone)) >= 5, {
      within: 30_000,
      what: 'the good partitions',
    });
    expect((await letters(backbone)).length).toBeLessThan(10);
    await waitUntil(async () => (await letters(backbone)).length === 60, {
      within: 60_000,
      what: 'all letters',
    });
    await waitUntil(async () => (await handled(backbone)) === 11, {
      within: 30_000,
      what: 'all good events',
    });
  });

  it('tries an event five times, but only once after ten dead letters with the same reason', async () => {
    const [writer] = await Promise.all([backbone.writer(), backbone.ledger({ BUG: 'true' })]);
    const [bad] = someItems(1) as [string];
    for (let i = 0; i < 15; i++) await write(writer.url, bad, { kicker: 'bug' });
    await waitUntil(async () => (await letters(backbone)).length === 15, {
      within: 60_000,
      what: 'the letters',
    });
    expect((await letters(backbone)).map(({ attempts }) => attempts)).toEqual([
      ...Array(10).fill(5),
      ...Array(5).fill(1),
    ]);
  });

  it('gives up on an event that always takes longer than a statement may, and handles what comes behind it', async () => {
    const [writer] = await Promise.all([backbone.writer(), backbone.ledger()]);
    const [endless, next] = someItems(2) as [string, string];
    await write(writer.url, endless, { kicker: 'endless' });
    await write(writer.url, endless);
    await write(writer.url, next);
    await waitUntil(async () => (await handled(backbone)) === 2, { within: 30_000, what: 'the others' });
    await waitUntil(async () => (await letters(backbone)).length === 1, {
      within: 30_000,
      what: 'the letter',
    });
    expect((await letters(backbone))[0]).toMatchObject({
      attempts: 5,
      reason: expect.stringContaining('statement timeout'),
    });
  });

  it('waits for a missing table, reports it and dead-letters nothing', async () => {
    const [writer, ledger] = await Promise.all([backbone.writer(), backbone.ledger()]);
    const items = someItems(6);
    await backbone.ledgerDb.query(`ALTER TABLE ledger RENAME TO ledger_gone`);
    await writeMany(writer.url, items, 20);
    await waitUntil(async () => ((await ledger.metric('events_blocked')) ?? 0) > 0, {
      within: 30_000,
      what: 'the metric',
    });
    const oldest = await ledger.metric('events_oldest_unhandled_seconds');
    await waitUntil(async () => (await ledger.metric('events_oldest_unhandled_seconds'))! > oldest!, {
      what: 'the age to grow',
    });
    await backbone.ledgerDb.query(`ALTER TABLE ledger_gone RENAME TO ledger`);
    expect(await backbone.audited()).toMatchObject(nothingWrong);
    expect(await letters(backbone)).toEqual([]);
    await waitUntil(async () => (await ledger.metric('events_blocked')) === 0, {
      within: 30_000,
      what: 'the metric to go',
    });
  });

  it('reports its lag by committed offsets, down to zero', async () => {
    const [writer, ledger] = await Promise.all([backbone.writer(), backbone.ledger()]);
    const items = someItems(20);
    await writeMany(writer.url, items, 20);
    await backbone.settled();
    const lock = await backbone.lockLedger();
    await writeMany(writer.url, items, 50);
    await waitUntil(async () => (await ledger.metric('events_lag'))! >= 50, {
      within: 30_000,
      every: 200,
      what: 'the lag',
    });
    expect(await ledger.metric('events_oldest_unhandled_seconds')).toBeGreaterThan(0);
    await lock.release();
    await backbone.settled();
    await waitUntil(async () => (await ledger.metric('events_lag')) === 0, {
      within: 30_000,
      every: 200,
      what: 'no lag',
    });
    expect(await ledger.metric('events_oldest_unhandled_seconds')).toBe(0);
  });

  it('passes over tombstones and counts them', async () => {
    const ledger = await backbone.ledger();
    const producer = new Kafka({ brokers: [backbone.brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({
      topic: `${backbone.prefix}newsroom.articles`,
      messages: [{ key: 'erased', value: null }],
    });
    await producer.disconnect();
    await waitUntil(async () => (await ledger.metric('events_received_total', 'tombstone')) === 1, {
      within: 30_000,
      what: 'the count',
    });
    expect(await letters(backbone)).toEqual([]);
  });

  it('counts and names records that were deleted before it had handled them', async () => {
    const env = { KAFKA_SESSION_TIMEOUT: '2000' };
    const writer = await backbone.writer();
    const [item] = someItems(1) as [string];
    const first = await backbone.ledger(env);
    await writeMany(writer.url, [item], 3, 1);
    await backbone.settled();
    await first.stop();
    await writeMany(writer.url, [item], 7, 1);
    await waitUntil(async () => (await backbone.backlog()) === 0, { what: 'an empty outbox' });
    await withAdmin(backbone.brokers, async (admin) => {
      const topic = `${backbone.prefix}newsroom.articles`;
      const ends = await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({
        topic,
        partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
      });
    });
    const ledger = await backbone.ledger(env);
    await waitUntil(async () => ((await ledger.metric('events_skipped_total')) ?? 0) >= 7, {
      within: 30_000,
      what: 'the count',
    });
    expect(ledger.output).toContain('retention deleted records before they were handled');
    await write(writer.url, item);
    await waitUntil(async () => (await handled(backbone)) === 4, { within: 30_000, what: 'what came later' });
  });

  it('serves metrics while the database is blocked', async () => {
    const ledger = await backbone.ledger();
    const lock = await backbone.lockLedger('dead_letter');
    const text = await (
      await fetch(`${ledger.operationsUrl}/metrics`, { signal: AbortSignal.timeout(8_000) })
    ).text();
    await lock.release();
    expect(text).toContain('events_consumer_running');
    expect(text).not.toMatch(/^dead_letters\{/m);
    await waitUntil(async () => (await ledger.metric('dead_letters')) === 0, {
      what: 'the gauge to be back',
    });
  });

  describe('with a dead letter', () => {
    const aLetter = async (): Promise<{ ledger: ServiceProcess }> => {
      const [writer, ledger] = await Promise.all([
        backbone.writer(),
        backbone.ledger({ BUG: 'true', KAFKA_SESSION_TIMEOUT: '2000' }),
      ]);
      await write(writer.url, someItems(1)[0]!, { kicker: 'bug' });
      await waitUntil(async () => (await letters(backbone)).length === 1, {
        within: 30_000,
        what: 'the letter',
      });
      return { ledger };
    };

    it('does not reprocess its event on redelivery', async () => {
      const { ledger } = await aLetter();
      await ledger.stop();
      await withAdmin(backbone.brokers, async (admin) => {
        const partitions = Array.from({ length: 6 }, (_, partition) => ({ partition, offset: '0' }));
        await admin.setOffsets({
          groupId: `${backbone.prefix}ledger`,
          topic: `${backbone.prefix}newsroom.articles`,
          partitions,
        });
      });
      const again = await backbone.ledger({ KAFKA_SESSION_TIMEOUT: '2000' });
      await waitUntil(async () => (await again.metric('events_received_total', 'repeated')) === 1, {
        within: 30_000,
        what: 'the repetition',
      });
      expect(await handled(backbone)).toBe(0);
      expect(await letters(backbone)).toHaveLength(1);
    });

    it('keeps it when a redrive finds no handler for it', async () => {
      await aLetter();
      await backbone.ledgerDb.query(
        `UPDATE dead_letter SET redrive_requested_at = now(),
           headers = (headers::jsonb || jsonb_build_object('ce_type', encode('article.sung', 'base64')))::json`,
      );
      const [letter] = await waitUntil(
        async () => {
          const found = await letters(backbone);
          return found[0]?.reason.includes('no handler') ? found : undefined;
        },
        { what: 'the reason' },
      );
      expect(letter).toMatchObject({ reason: expect.stringContaining('article.sung'), attempts: 6 });
    });
  });
});

describeWith('postgres', 'kafka')('a consumer and an unreliable Kafka:', () => {
  let cluster: KafkaCluster;
  let backbone: Backbone;

  beforeAll(async () => {
    cluster = await startKafka({
      settings: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'allow.everyone.if.no.acl.found': 'true',
      },
    });
  });

  afterAll(async () => {
    await cluster.remove();
  });

  beforeEach(async () => {
    backbone = await Backbone.create(cluster.brokers, { partitions: 3 });
  });

  afterEach(async () => {
    await backbone.remove();
  });

  it('starts and serves while Kafka is down, and catches up when it returns', async () => {
    const items = someItems(5);
    const writer = await backbone.writer();
    await writeMany(writer.url, items, 20);
    await waitUntil(async () => (await backbone.backlog()) === 0, {
      within: 30_000,
      what: 'an empty outbox',
    });
    await cluster.stop();
    const ledger = await backbone.ledger();
    expect((await fetch(`${ledger.operationsUrl}/health/ready`)).status).toBe(200);
    expect(await ledger.metric('events_consumer_running')).toBe(0);
    const age = await ledger.metric('events_oldest_unhandled_seconds');
    await waitUntil(async () => (await ledger.metric('events_oldest_unhandled_seconds'))! > age!, {
      what: 'the age to grow',
    });
    await cluster.start();
    expect(await backbone.audited()).toMatchObject(nothingWrong);
    expect(await ledger.metric('events_consumer_running')).toBe(1);
  });

  it('reports a denied group and resumes when access is granted', async () => {
    const [writer, ledger] = await Promise.all([
      backbone.writer(),
      backbone.ledger({ KAFKA_SESSION_TIMEOUT: '3000' }),
    ]);
    const [item] = someItems(1) as [string];
    await write(writer.url, item);
    await backbone.settled();
    const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
    const denied = {
      resourceType: AclResourceTypes.GROUP,
      resourceName: `${backbone.prefix}ledger`,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:ANONYMOUS',
      host: '*',
      operation: AclOperationTypes.READ,
      permissionType: AclPermissionTypes.DENY,
    };
    await withAdmin(cluster.brokers, (admin) => admin.createAcls({ acl: [denied] }));
    await waitUntil(async () => (await ledger.metric('events_consumer_running')) === 0, {
      within: 30_000,
      what: 'the consumer to stop',
    });
    await writeMany(writer.url, [item], 5, 1);
    expect(ledger.output).toContain('consumer failed, rejoining the group');
    await withAdmin(cluster.brokers, (admin) => admin.deleteAcls({ filters: [denied] }));
    expect(await backbone.audited()).toMatchObject(nothingWrong);
    expect(await ledger.metric('events_consumer_running')).toBe(1);
  });

  it('waits for topics that do not exist yet', async () => {
    const prefix = testPrefix();
    const ledger = await backbone.ledger({ KAFKA_TOPIC_PREFIX: prefix });
    const writer = await backbone.writer({ KAFKA_TOPIC_PREFIX: prefix });
    await writeMany(writer.url, someItems(5), 10);
    await createTopics(cluster.brokers, prefix);
    expect(await backbone.settled()).toEqual(await backbone.expected());
    expect(await ledger.metric('events_consumer_running')).toBe(1);
  });

  it('receives a backlog of 18 kB events in order after Kafka returns', async () => {
    await cluster.stop();
    await backbone.fillOutbox({ count: rounds(2_000, 100_000), items: someItems(1_000), bytes: 18_000 });
    await Promise.all([backbone.writer(), backbone.ledger()]);
    await cluster.start();
    expect(await backbone.audited({ within: 600_000 })).toMatchObject(nothingWrong);
  });
});
