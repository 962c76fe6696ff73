import autocannon from 'autocannon';
import { ReaderTokens } from '#http';
import { ServiceProcesses, someIds, type TestDatabase } from '#testing';
import { median, Table } from './table.js';
import { vacuum } from './vacuum.js';

const CONNECTIONS = 64;
/** Seconds of load per round. */
const SECONDS = 8;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
/** Readers with an alias under each article, and the number of articles in the rounds with many. */
const [READERS, ARTICLES] = [200, 200];
/** Earlier readers of the crowded article. */
const EARLIER = 20_000;

/** Comments posted to the service over 64 connections, with Kafka and a Postgres that syncs to disk. */
export async function measureComments(): Promise<void> {
  const processes = await ServiceProcesses.create();
  const db = await processes.createDatabase('comments');
  const service = await processes.start('comments');
  try {
    const tokens = new ReaderTokens(processes.readerKey);
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
    await processes.remove();
  }
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;

async function openArticles(db: TestDatabase, count: number): Promise<string[]> {
  const ids = someIds(count);
  await db.query(
    `INSERT INTO thread (article_id, article_version, open) SELECT unnest($1::uuid[]), 1, true`,
    [ids],
  );
  return ids;
}

/** Gives readers aliases under articles, as if they had commented before. */
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

/** Adds earlier readers, with aliases as the service used to assign them: the next free one after a random one. */
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
  await vacuum(db.url, 'alias');
}

/** Numbers the texts, since a reader's repeated text would be refused. */
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
