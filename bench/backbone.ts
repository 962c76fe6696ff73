import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { addressOf, Backbone, someIds, startKafka, waitUntil, write, type OutboxEvent } from '#testing';
import { percentile, median, Table } from './table.js';

const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 100_000);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
/** Bytes of an event's value. */
const BYTES = 2_000;
/** Events that warm up the processes, and events whose latency is measured. */
const latencyEvents = { warmUp: 500, measured: 2_000 };
/** Events per second while latency is measured. */
const RATE = Number(process.env['BENCH_RATE'] ?? 50);

const perSecond = (count: number, startedAt: number): number =>
  (count / (performance.now() - startedAt)) * 1_000;

async function bareProduce(kafka: Kafka, topic: string, rows: readonly OutboxEvent[]): Promise<number> {
  const producer: Producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const messages = rows.map(({ key, value, headers }) => ({
    key,
    value,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, base64]) => [name, Buffer.from(base64, 'base64')]),
    ),
  }));
  const startedAt = performance.now();
  for (let i = 0; i < messages.length; i += 500) {
    await producer.send({ topic, acks: -1, messages: messages.slice(i, i + 500) });
  }
  const rate = perSecond(rows.length, startedAt);
  await producer.disconnect();
  return rate;
}

async function bareConsume(kafka: Kafka, topic: string, groupId: string, count: number): Promise<number> {
  const consumer = kafka.consumer({ groupId });
  let seen = 0;
  let startedAt = 0;
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      startedAt ||= performance.now();
      seen += batch.messages.length;
    },
  });
  await waitUntil(() => seen >= count, { within: 60_000, every: 2, what: 'the messages' });
  const rate = perSecond(count, startedAt);
  await consumer.disconnect();
  return rate;
}

async function relayThroughput(backbone: Backbone, count: number): Promise<number> {
  const writer = await backbone.writer();
  // Measured from the first deleted row, so that the start of the process does not count.
  const left = await waitUntil(
    async () => ((await backbone.backlog()) < count ? { n: await backbone.backlog() } : undefined),
    {
      within: 30_000,
      every: 1,
    },
  );
  const startedAt = performance.now();
  await backbone.drained(120_000);
  const rate = perSecond(left.n, startedAt);
  await writer.stop();
  return rate;
}

async function serverThroughput(backbone: Backbone, count: number): Promise<number> {
  const ledger = await backbone.ledger();
  const before = await waitUntil(
    async () => ((await backbone.handled()) > 0 ? { n: await backbone.handled() } : undefined),
    {
      within: 30_000,
      every: 1,
    },
  );
  const startedAt = performance.now();
  await waitUntil(async () => (await backbone.handled()) === count, {
    within: 120_000,
    every: 5,
    what: 'all events',
  });
  const rate = perSecond(count - before.n, startedAt);
  await ledger.stop();
  return rate;
}

/**
 * Milliseconds from the writer's answer, which follows its commit, to the commit of the handler, sorted. Writes come at
 * a steady rate, spread over `replicas` of the writer in turn.
 */
async function latencies(backbone: Backbone, replicas: number): Promise<number[]> {
  const [ledger, ...writers] = await Promise.all([
    backbone.ledger(),
    ...Array.from({ length: replicas }, () => backbone.writer()),
  ]);
  await backbone.ledgerDb.query(
    `ALTER TABLE ledger ADD COLUMN handled_at timestamptz NOT NULL DEFAULT clock_timestamp()`,
  );
  const items = someIds(100);
  const startedAt = performance.now();
  const writes: Promise<void>[] = [];
  const answered: { item: string; at: number }[] = [];
  const count = latencyEvents.warmUp + latencyEvents.measured;
  for (let n = 0; n < count; n++) {
    const due = startedAt + (n * 1_000) / RATE;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const item = items[n % items.length]!;
    writes.push(
      write(writers[n % replicas]!.url, item).then(
        () => void (n >= latencyEvents.warmUp && answered.push({ item, at: Date.now() })),
      ),
    );
  }
  await Promise.all(writes);
  await backbone.settled(60_000);
  const rows = await backbone.ledgerDb.query<{ subject: string; ms: string }>(
    `SELECT subject, extract(epoch FROM handled_at) * 1000 AS ms FROM ledger ORDER BY subject, version`,
  );
  const handled = Map.groupBy(rows, ({ subject }) => subject);
  const result: number[] = [];
  for (const [item, calls] of Map.groupBy(answered, (one) => one.item)) {
    const times = calls.map(({ at }) => at).toSorted((one, other) => one - other);
    const own = handled.get(item)!.slice(-times.length);
    own.forEach(({ ms }, i) => result.push(Math.max(0, Number(ms) - times[i]!)));
  }
  await Promise.all([ledger, ...writers].map((one) => one.stop()));
  return result.toSorted((one, other) => one - other);
}

async function measureThroughput(brokers: string, replication: number): Promise<void> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const table = new Table([
    'round',
    'bare produce/s',
    'relay/s',
    'ratio',
    'bare consume/s',
    'event server/s',
    'ratio',
  ]);
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const topics = { partitions: 6, replication };
    const backbone = await Backbone.create(brokers, topics);
    const bare = await Backbone.create(brokers, topics);
    const rows = await backbone.fillOutbox({ count: EVENTS, items: someIds(1_000), bytes: BYTES });
    const produced = await bareProduce(kafka, bare.topic, rows);
    const relayed = await relayThroughput(backbone, EVENTS);
    const consumed = await bareConsume(kafka, bare.topic, `${bare.prefix}bare`, EVENTS);
    const handled = await serverThroughput(backbone, EVENTS);
    ratios.push(relayed / produced);
    table.add([round, produced, relayed, relayed / produced, consumed, handled, handled / consumed]);
    await Promise.all([backbone.remove(), bare.remove()]);
  }
  console.log(`\n${table}`);
  if (ratios.length > 0) {
    console.log(
      `relay compared with bare kafkajs (idempotent, acks all), median: ${median(ratios).toFixed(2)}`,
    );
  }
}

async function measureLatency(brokers: string, replication: number): Promise<void> {
  for (const replicas of [1, 2]) {
    const backbone = await Backbone.create(brokers, { partitions: 6, replication });
    const ms = await latencies(backbone, replicas);
    const [p50, p99] = [percentile(ms, 0.5), percentile(ms, 0.99)];
    console.log(
      `commit to handled, ${RATE} events per second, ${replicas} replica(s) writing in turn: p50 ${p50} ms, p99 ${p99} ms`,
    );
    await backbone.remove();
  }
}

/** Compares the backbone with bare kafkajs: the same messages in the same run. Machines are noisy: read the ratios. */
export async function measureBackbone(): Promise<void> {
  console.log(
    `\n${EVENTS} events of ${BYTES} bytes and their headers, 1,000 keys, 6 partitions, PostgreSQL that syncs to disk`,
  );
  console.log('\none broker');
  await measureThroughput(addressOf('kafka'), 1);
  await measureLatency(addressOf('kafka'), 1);
  console.log('\nthree brokers, three copies, all on this machine');
  const cluster = await startKafka({ nodes: 3 });
  try {
    await measureThroughput(cluster.brokers, 3);
    await measureLatency(cluster.brokers, 3);
  } finally {
    await cluster.remove();
  }
}
