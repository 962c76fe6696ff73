import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { addressOf, waitUntil } from '#testing';
import { Backbone, someItems, write } from '../test/backbone/harness.js';
import { percentile, median, Table } from './table.js';

const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 20_000);
const ROUNDS = 3;
const LATENCY_EVENTS = 1_000;
/** Events a second for the latency. */
const RATE = 100;

interface OutboxRow {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** Fills the writer's outbox with `count` events of one to two kilobytes over 100 articles, as its API would. */
async function fillOutbox(backbone: Backbone, count: number): Promise<OutboxRow[]> {
  const sample = await sampleRow(backbone);
  sampleBytes = sample.value.length;
  const items = someItems(100);
  await backbone.writerDb.query(
    `INSERT INTO outbox (topic, key, headers, value)
     SELECT 'newsroom.articles', item,
       (($1::jsonb || jsonb_build_object('ce_id', encode(convert_to(gen_random_uuid()::text, 'UTF8'), 'base64'),
         'ce_subject', encode(convert_to(item, 'UTF8'), 'base64'))))::json,
       replace(replace($2, $3, item), '"version":1,', '"version":' || (n / 100 + 1) || ',')
     FROM generate_series(0, $4::int - 1) AS n, LATERAL (SELECT ($5::text[])[n % 100 + 1] AS item) AS chosen ORDER BY n`,
    [JSON.stringify(sample.headers), sample.value, sample.key, count, items],
  );
  return backbone.writerDb.query<OutboxRow>(`SELECT key, value, headers FROM outbox ORDER BY id`);
}

let sampleBytes = 0;

/** One row as the writer's API makes it; a writer without a broker keeps it in its outbox. */
async function sampleRow(backbone: Backbone): Promise<OutboxRow> {
  const writer = await backbone.writer({ KAFKA_BROKERS: '127.0.0.1:1' });
  await write(writer.url, someItems(1)[0]!);
  await writer.kill();
  const [rows] = await Promise.all([
    backbone.writerDb.query<OutboxRow>(`DELETE FROM outbox RETURNING key, value, headers`),
    backbone.writerDb.query(`DELETE FROM item`),
  ]);
  return rows[0]!;
}

const perSecond = (count: number, startedAt: number): number =>
  (count / (performance.now() - startedAt)) * 1_000;

async function bareProduce(kafka: Kafka, topic: string, rows: readonly OutboxRow[]): Promise<number> {
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
  const backlog = async () =>
    Number((await backbone.writerDb.query<{ n: string }>(`SELECT count(*) AS n FROM outbox`))[0]!.n);
  const writer = await backbone.writer();
  // From the first row that is gone, so that starting the process does not count.
  const left = await waitUntil(async () => ((await backlog()) < count ? { n: await backlog() } : undefined), {
    within: 30_000,
    every: 1,
  });
  const startedAt = performance.now();
  await waitUntil(async () => (await backlog()) === 0, {
    within: 120_000,
    every: 5,
    what: 'an empty outbox',
  });
  const rate = perSecond(left.n, startedAt);
  await writer.stop();
  return rate;
}

async function serverThroughput(backbone: Backbone, count: number): Promise<number> {
  const handled = async () =>
    Number((await backbone.ledgerDb.query<{ n: string }>(`SELECT count(*) AS n FROM ledger`))[0]!.n);
  const ledger = await backbone.ledger();
  const before = await waitUntil(async () => ((await handled()) > 0 ? { n: await handled() } : undefined), {
    within: 30_000,
    every: 1,
  });
  const startedAt = performance.now();
  await waitUntil(async () => (await handled()) === count, { within: 120_000, every: 5, what: 'all events' });
  const rate = perSecond(count - before.n, startedAt);
  await ledger.stop();
  return rate;
}

/** Milliseconds from the commit in the writer to the commit in the handler, at a steady rate, by the clocks of Postgres. */
async function latencies(backbone: Backbone): Promise<number[]> {
  const [writer, ledger] = await Promise.all([backbone.writer(), backbone.ledger()]);
  await backbone.ledgerDb.query(
    `ALTER TABLE ledger ADD COLUMN handled_at timestamptz NOT NULL DEFAULT clock_timestamp()`,
  );
  const items = someItems(100);
  await write(writer.url, items[0]!);
  await waitUntil(
    async () =>
      (await backbone.ledgerDb.query(`SELECT FROM ledger WHERE subject = $1`, [items[0]])).length > 0,
    { within: 30_000 },
  );
  const sent = new Map<string, number>();
  const startedAt = performance.now();
  const writes: Promise<void>[] = [];
  for (let n = 1; n <= LATENCY_EVENTS; n++) {
    const due = startedAt + (n * 1_000) / RATE;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const item = items[n % items.length]!;
    writes.push(
      write(writer.url, item).then(
        () => void sent.set(`${item} ${Math.floor((n - 1) / items.length)}`, Date.now()),
      ),
    );
  }
  await Promise.all(writes);
  await backbone.settled(60_000);
  const rows = await backbone.ledgerDb.query<{ subject: string; ms: string; version: number }>(
    `SELECT subject, version, extract(epoch FROM handled_at) * 1000 AS ms FROM ledger ORDER BY seq`,
  );
  const answered = Map.groupBy([...sent], ([key]) => key.split(' ')[0]!);
  const result: number[] = [];
  for (const [subject, events] of Map.groupBy(rows, (row) => row.subject)) {
    const times = (answered.get(subject) ?? []).map(([, at]) => at).toSorted((a, b) => a - b);
    const own = subject === items[0] ? events.slice(1) : events;
    own.forEach(({ ms }, i) => times[i] !== undefined && result.push(Math.max(0, Number(ms) - times[i])));
  }
  await Promise.all([writer.stop(), ledger.stop()]);
  return result.toSorted((a, b) => a - b);
}

/** The backbone beside bare kafkajs, with the same messages in the same run, since machines are noisy: read the ratios. */
export async function measureBackbone(): Promise<void> {
  const brokers = addressOf('kafka');
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
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
    const backbone = await Backbone.create(brokers, { partitions: 6 });
    const bare = await Backbone.create(brokers, { partitions: 6 });
    const topic = `${bare.prefix}newsroom.articles`;
    const rows = await fillOutbox(backbone, EVENTS);
    const produced = await bareProduce(kafka, topic, rows);
    const relayed = await relayThroughput(backbone, EVENTS);
    const consumed = await bareConsume(kafka, topic, `${bare.prefix}bare`, EVENTS);
    const handled = await serverThroughput(backbone, EVENTS);
    ratios.push(relayed / produced);
    table.add([round, produced, relayed, relayed / produced, consumed, handled, handled / consumed]);
    await Promise.all([backbone.remove(), bare.remove()]);
  }
  console.log(
    `\n${EVENTS} events of about ${Math.round(sampleBytes / 100) / 10} kB, 6 partitions\n\n${table}`,
  );
  console.log(`relay beside bare kafkajs, median: ${median(ratios).toFixed(2)}`);

  const backbone = await Backbone.create(brokers, { partitions: 6 });
  const ms = await latencies(backbone);
  console.log(
    `\nanswer to handled at ${RATE} events a second, ${ms.length} events: p50 ${percentile(ms, 0.5)} ms, p99 ${percentile(ms, 0.99)} ms`,
  );
  await backbone.remove();
}
