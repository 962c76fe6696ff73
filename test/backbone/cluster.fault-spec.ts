import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { topicNames } from '#events';
import { readConfig } from '#platform';
import {
  Backbone,
  describeWith,
  rounds,
  someIds,
  startKafka,
  testPrefix,
  waitUntil,
  type KafkaCluster,
  type KafkaNode,
  type ServiceProcess,
} from '#testing';
import { applyTopicsWhenReady, topicSettings } from '../../apps/ops/src/topics.js';
import { audited } from './audited.js';
import { nothingWrong } from './nothing-wrong.js';

const isFull = rounds(0, 1) === 1;

/** Attacks that need three brokers: three copies of each record, two of which must be written. */
describeWith('postgres', 'kafka')('on three brokers', () => {
  let cluster: KafkaCluster;

  beforeAll(async () => {
    cluster = await startKafka({ nodes: 3 });
  });

  afterAll(async () => {
    await cluster.remove();
  });

  describe('no event is lost, duplicated or reordered', () => {
    let backbone: Backbone;

    beforeEach(async () => {
      backbone = await Backbone.create(cluster.brokers, { partitions: 6, replication: 3 });
    });

    afterEach(async () => {
      await backbone.remove();
    });

    /** Resolves soon after the relay has started on a backlog. */
    const draining = (count: number): Promise<unknown> =>
      waitUntil(async () => (await backbone.backlog()) < count, {
        within: 60_000,
        every: 2,
        what: 'the relay to start',
      });

    /** With few rounds, only the last attack kills a broker. */
    const ends: [string, (node: KafkaNode) => Promise<void>][] = [
      ['stops gracefully', (node) => node.stop()],
      ...(isFull
        ? ([['is killed', (node) => node.kill()]] as [string, (node: KafkaNode) => Promise<void>][])
        : []),
    ];

    it.each(ends)('when a broker %s while a backlog is published', async (_what, end) => {
      const items = someIds(300);
      const count = rounds(10_000, 20_000);
      await backbone.migrateWriter();
      await Promise.all([backbone.writer(), backbone.ledger()]);
      for (let round = 0; round < rounds(1, 6); round++) {
        await backbone.fillOutbox({ count, items });
        const node = cluster.nodes[round % 3]!;
        await draining(count);
        await end(node);
        await backbone.drained(180_000);
        await node.start();
      }
      const result = await audited(backbone, { rounds: rounds(1, 6), within: 180_000 });
      expect(result).toMatchObject(nothingWrong);
      expect(result.handled.events).toBe(count * rounds(1, 6));
    });

    it('when a broker hangs while a backlog is published', async () => {
      const count = 10_000;
      await backbone.fillOutbox({ count, items: someIds(300) });
      await Promise.all([backbone.writer(), backbone.ledger({ KAFKA_SESSION_TIMEOUT: '6000' })]);
      await draining(count);
      const node = cluster.nodes[1]!;
      node.freeze();
      try {
        expect(await audited(backbone, { within: 180_000 })).toMatchObject(nothingWrong);
      } finally {
        node.thaw();
      }
    });

    it('when leaders move while events wait in the consumer', async () => {
      const items = someIds(100);
      await Promise.all([backbone.migrateWriter(), backbone.migrateLedger()]);
      const [, ledger] = await Promise.all([backbone.writer(), backbone.ledger()]);
      const lock = await backbone.lockLedger();
      for (let round = 0; round < rounds(1, 9); round++) {
        await backbone.fillOutbox({ count: 3_000, items });
        await backbone.drained(120_000);
        await waitUntil(async () => ((await ledger.metric('events_oldest_unhandled_seconds')) ?? 0) > 0, {
          within: 120_000,
          what: 'events to wait',
        });
        const node = cluster.nodes[round % 3]!;
        await node.stop();
        await node.start();
      }
      await lock.release();
      expect(await audited(backbone, { rounds: rounds(1, 9), within: 180_000 })).toMatchObject(nothingWrong);
    });

    it('when brokers are restarted and killed in turn, and relays and consumers killed at random', async () => {
      const writers = 8;
      const least = rounds(10_000, 100_000);
      const env = { KAFKA_SESSION_TIMEOUT: '6000' };
      const replicas: { start: () => Promise<ServiceProcess>; process: ServiceProcess }[] = [];
      await backbone.migrateWriter();
      for (const start of [
        () => backbone.writer(),
        () => backbone.writer(),
        () => backbone.ledger(env),
        () => backbone.ledger(env),
      ]) {
        replicas.push({ start, process: await start() });
      }
      const load = { on: true, written: 0 };
      const writing = Array.from({ length: writers }, async () => {
        const items = someIds(rounds(25, 125));
        while (load.on || load.written < least) {
          await backbone.fillOutbox({ count: 50, items });
          load.written += 50;
          await delay(150);
        }
      });
      const killing = (async () => {
        while (load.on) {
          const victim = replicas[Math.floor(Math.random() * replicas.length)]!;
          await delay(1_000 + Math.random() * 2_000);
          await victim.process.kill();
          victim.process = await victim.start();
        }
      })();
      const work = Promise.all([...writing, killing]);
      try {
        for (let round = 0; round < rounds(1, 3); round++) await stopAndKillInTurn(cluster.nodes);
      } finally {
        load.on = false;
        // Awaited even after a failure, so that nothing runs into the next test.
        await work;
      }
      const result = await audited(backbone, { rounds: rounds(1, 3), within: 180_000 });
      expect(result).toMatchObject(nothingWrong);
      expect(result.handled.events).toBe(load.written);
    });
  });

  describe('topics', () => {
    it('get three copies, two of which must acknowledge; fewer copies cause a warning', async () => {
      const settings = { KAFKA_BROKERS: cluster.brokers, KAFKA_TOPIC_PREFIX: testPrefix() };
      const single = { ...settings, KAFKA_TOPIC_PREFIX: testPrefix(), KAFKA_REPLICATION: '1' };
      const created = await topicsApply(settings);
      expect(created).toHaveLength(topicNames.length);
      for (const line of created) expect(line).toMatch(/3 copies.* min\.insync\.replicas=2/);
      await topicsApply(single);
      // Brokers learn about new topics one by one.
      await waitUntil(
        async () => {
          const lines = await topicsApply({ ...single, KAFKA_REPLICATION: '3' });
          return (
            lines.filter((line) => line.includes('WARNING: has 1 copies, not 3')).length === topicNames.length
          );
        },
        { within: 60_000, every: 500, what: 'the warnings' },
      );
    });

    it('are created by a command that waits for brokers that are still starting', async () => {
      await cluster.kill();
      const applying = topicsApply({ KAFKA_BROKERS: cluster.brokers, KAFKA_TOPIC_PREFIX: testPrefix() });
      applying.catch(() => undefined);
      await cluster.start();
      const created = (await applying).filter((line) => line.includes('created with 6 partitions'));
      expect(created).toHaveLength(topicNames.length);
    });
  });
});

/** Stops and kills each node in turn, and restarts it each time. With few rounds, stops one and kills another. */
async function stopAndKillInTurn(nodes: readonly KafkaNode[]): Promise<void> {
  const [stopped, killed] = isFull ? [nodes, nodes] : [nodes.slice(0, 1), nodes.slice(1, 2)];
  for (const node of nodes) {
    if (stopped.includes(node)) {
      await node.stop();
      await node.start();
    }
    if (killed.includes(node)) {
      await node.kill();
      await node.start();
    }
  }
}

async function topicsApply(env: Record<string, string>): Promise<string[]> {
  const lines: string[] = [];
  await applyTopicsWhenReady(readConfig(topicSettings, env), (line) => lines.push(line));
  return lines;
}
