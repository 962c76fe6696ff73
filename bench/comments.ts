import { resolve } from 'node:path';
import autocannon from 'autocannon';
import pg from 'pg';
import { createSecrets } from '#embedded';
import { ReaderTokens } from '#http';
import { addressOf, createTopics, testDatabase, testPrefix, type TestDatabase } from '#testing';

import { ServiceProcess, someItems } from '../test/backbone/harness.js';
import { median, Table } from './table.js';

const MAIN = resolve('dist', 'apps', 'comments', 'src', 'main.js');
const CONNECTIONS = 64;
/** Seconds of load a round. */
const SECONDS = 8;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
/** Readers whom an article knows, and articles when there are many. */
const [READERS, ARTICLES] = [200, 200];
/** New readers who have commented under the article before the round that measures the next ones. */
const EARLIER = 20_000;

/** Comments posted to the service, 64 connections, Postgres with fsync and Kafka behind it. */
export async function measureComments(): Promise<void> {
  const brokers = addressOf('kafka');
  const prefix = testPrefix();
  const [db, { readerKey, jwks }] = await Promise.all([testDatabase('comments'), createSecrets()]);
  await createTopics(brokers, prefix);
  const env = {
    ...process.env,
    LOG_LEVEL: 'info',
    READER_KEY: readerKey,
    AUTH_JWKS: JSON.stringify(jwks),
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC_PREFIX: prefix,
    COMMENTS_DATABASE_URL: db.url,
    COMMENTS_PORT: '0',
  };
  await ServiceProcess.start(MAIN, ['migrate'], env, /(ran|up to date)/);
  const service = await ServiceProcess.start(MAIN, [], env, /"url":"([^"]+)"/);
  try {
    const tokens = new ReaderTokens(readerKey);
    const known = Array.from({ length: READERS }, () => tokens.issue());
    const many = await openArticles(db, ARTICLES);
    await introduce(db, tokens, known, many);
    const table = new Table(['', 'comments/s', 'p50 ms', 'p99 ms', 'not 201']);
    const measure = async (name: string, articles: readonly string[], reader: () => string) => {
      const rounds: Load[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const one = articles.length > 0 ? articles : await openArticles(db, 1);
        if (articles.length === 0) await introduce(db, tokens, known, one);
        rounds.push(await load(service.url, () => pick(one), reader));
      }
      const middle = (of: (load: Load) => number) => median(rounds.map(of));
      table.add([
        name,
        middle((l) => l.rate),
        middle((l) => l.p50),
        middle((l) => l.p99),
        middle((l) => l.failed),
      ]);
    };
    await load(
      service.url,
      () => pick(many),
      () => pick(known),
    );
    await measure('one article, known readers', [], () => pick(known));
    await measure('one article, new readers', [], () => tokens.issue());
    const crowded = await openArticles(db, 1);
    await crowd(db, crowded[0]!, EARLIER);
    await measure(`one article with ${EARLIER} readers, new readers`, crowded, () => tokens.issue());
    await measure(`${ARTICLES} articles, known readers`, many, () => pick(known));
    await measure(`${ARTICLES} articles, new readers`, many, () => tokens.issue());
    console.log(`\n${CONNECTIONS} connections, ${SECONDS} s, median of ${ROUNDS} rounds\n\n${table}`);
  } finally {
    await service.kill();
    await db.drop();
  }
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;

async function openArticles(db: TestDatabase, count: number): Promise<string[]> {
  const ids = someItems(count);
  await db.query(
    `INSERT INTO thread (article_id, article_version, open) SELECT unnest($1::uuid[]), 1, true`,
    [ids],
  );
  return ids;
}

/** Gives readers their numbers under articles, as if they had commented there before. */
async function introduce(
  db: TestDatabase,
  tokens: ReaderTokens,
  readers: readonly string[],
  articles: readonly string[],
) {
  for (const article of articles) {
    const pseudonyms = readers.map((token) => tokens.pseudonym(tokens.verify(token)!, `comments ${article}`));
    await db.query(
      `INSERT INTO alias SELECT $1, reader, 999 + n FROM unnest($2::text[]) WITH ORDINALITY AS known (reader, n)`,
      [article, pseudonyms],
    );
  }
}

/** Readers of the years before, with the numbers that the service gave out then: the next free one after a random one. */
async function crowd(db: TestDatabase, article: string, readers: number): Promise<void> {
  const taken = new Set<number>();
  for (let i = 0; i < readers; i++) {
    let number = 1_000 + Math.floor(Math.random() * 9_000);
    while (taken.has(number)) number++;
    taken.add(number);
  }
  await db.query(
    `INSERT INTO alias SELECT $1, 'earlier ' || number, number FROM unnest($2::int[]) AS number`,
    [article, [...taken]],
  );
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  await client.query('VACUUM ANALYZE alias');
  await client.end();
}

/** No reader writes the same text twice, which would be refused. */
let texts = 0;

interface Load {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

async function load(url: string, article: () => string, reader: () => string): Promise<Load> {
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS,
    timeout: 30,
    setupClient: (client) => {
      client.setRequests([
        {
          method: 'POST',
          setupRequest: (request) => ({
            ...request,
            path: `/articles/${article()}/comments`,
            headers: { 'content-type': 'application/json', 'x-reader': reader() },
            body: JSON.stringify({
              text: `Ein Kommentar mit einigen Worten zur Dampffähre, Nummer ${texts++}. `.repeat(3),
            }),
          }),
        },
      ]);
    },
  });
  const { latency, duration } = result;
  return {
    rate: result['2xx'] / duration,
    p50: latency.p50,
    p99: latency.p99,
    failed: result.non2xx + result.errors,
  };
}
