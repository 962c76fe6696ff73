import { resolve } from 'node:path';
import autocannon from 'autocannon';
import { addressOf, ServiceProcess } from '#testing';
import type { Archive } from './archive.js';
import { randomFrom } from './german-articles.js';
import { listCursors } from './list-cursors.js';
import { median, Table } from './table.js';

const CONNECTIONS = 64;
/** Seconds of load per round. */
const SECONDS = 8;
const ROUNDS = 3;

/** Uncached requests per second through the gateway, compared with a bare Fastify server that sends 40 kB. */
export async function gatewayBesideBare(
  { processes, url: articlesUrl }: Archive,
  articles: number,
): Promise<void> {
  await processes.createDatabase('recommendations');
  const recommendations = await processes.start('recommendations', {
    REDIS_URL: addressOf('redis'),
    REDIS_PREFIX: processes.prefix,
  });
  const gateway = await processes.start('gateway', {
    ARTICLES_URL: articlesUrl,
    RECOMMENDATIONS_URL: recommendations.url,
  });
  const bareMain = resolve('dist', 'bench', 'bare.js');
  const bare = await ServiceProcess.start(bareMain, [], process.env, /listens at (\S+)/);
  try {
    const count = Math.min(20_000, articles);
    const cursors = await listCursors(articlesUrl, 10, count / 10);
    const targets = {
      'article by slug': Array.from({ length: count }, (_, n) => `/v1/articles/artikel-${n}`),
      // Several page sizes, so that there are enough different addresses.
      'list of 15 to 24 cards': cursors.flatMap((cursor) =>
        Array.from({ length: 10 }, (_, i) => `/v1/articles?limit=${15 + i}&cursor=${cursor}`),
      ),
    };
    const table = new Table(['', 'bare 40 kB/s', 'gateway/s', 'ratio']);
    for (const [name, paths] of Object.entries(targets)) {
      const ratios: number[] = [];
      const rates: [number, number][] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const [plain, ours] = [await load(bare.url, ['/']), await load(gateway.url, paths)];
        ratios.push(ours / plain);
        rates.push([plain, ours]);
      }
      const [plain, ours] = [median(rates.map(([one]) => one)), median(rates.map(([, one]) => one))];
      table.add([name, plain, ours, median(ratios)]);
    }
    console.log(
      `\nthrough the gateway, uncached, ${CONNECTIONS} connections, median of ${ROUNDS} rounds\n\n${table}`,
    );
  } finally {
    await bare.kill();
  }
}

/** Each connection requests the paths in its own order, so that the one-second cache is rarely hit. */
async function load(url: string, paths: readonly string[]): Promise<number> {
  let seed = 0;
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS,
    setupClient: (client) => {
      const random = randomFrom(++seed);
      const start = Math.floor(random() * paths.length);
      const own = Array.from(
        { length: Math.min(2_000, paths.length) },
        (_, i) => paths[(start + i * 7) % paths.length]!,
      );
      client.setRequests(own.map((path) => ({ method: 'GET', path })));
    },
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx + result.errors} requests failed`);
  }
  return result.requests.average;
}
