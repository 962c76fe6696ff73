import { resolve } from 'node:path';
import autocannon from 'autocannon';
import { addressOf, testDatabase } from '#testing';
import type { Replicas } from '../test/articles/replicas.js';
import { ServiceProcess } from '../test/backbone/harness.js';
import { randomFrom } from './german-articles.js';
import { median, Table } from './table.js';

const CONNECTIONS = 64;
/** Seconds of load a round. */
const SECONDS = 8;
const ROUNDS = 3;

const main = (app: string): string => resolve('dist', 'apps', app, 'src', 'main.js');

/** Requests a second through the gateway that no cache answers, beside a bare Fastify server that sends 40 kB. */
export async function gatewayBesideBare(replicas: Replicas, articlesUrl: string): Promise<void> {
  const recommendationsDb = await testDatabase('recommendations');
  const env = {
    ...replicas.env,
    LOG_LEVEL: 'warn',
    RECOMMENDATIONS_DATABASE_URL: recommendationsDb.url,
    RECOMMENDATIONS_PORT: '0',
    REDIS_URL: addressOf('redis'),
    REDIS_PREFIX: replicas.prefix,
  };
  await ServiceProcess.start(main('recommendations'), ['migrate'], env, /(ran|up to date)/);
  const info = { ...env, LOG_LEVEL: 'info' };
  const recommendations = await ServiceProcess.start(main('recommendations'), [], info, /"url":"([^"]+)"/);
  const gateway = await ServiceProcess.start(
    main('gateway'),
    [],
    { ...info, ARTICLES_URL: articlesUrl, RECOMMENDATIONS_URL: recommendations.url, GATEWAY_PORT: '0' },
    /"url":"([^"]+)"/,
  );
  const bare = await ServiceProcess.start(
    resolve('dist', 'bench', 'bare.js'),
    [],
    process.env,
    /listens at (\S+)/,
  );
  try {
    const slugs = await replicas.db.query<{ path: string }>(
      `SELECT '/v1/articles/' || slug AS path FROM article ORDER BY id LIMIT 20000`,
    );
    const lists = await replicas.db.query<{ at: Date; id: string }>(
      `SELECT published_at AS at, article_id AS id FROM listing WHERE list_id = '00000000-0000-0000-0000-000000000000'
       ORDER BY published_at DESC LIMIT 20000`,
    );
    const targets = {
      'article by slug': [gateway.url, slugs.map(({ path }) => path)],
      'list of 20 cards': [
        gateway.url,
        lists.map((place) => `/v1/articles?limit=20&cursor=${cursor(place)}`),
      ],
    } as const;
    const table = new Table(['', 'bare 40 kB/s', 'gateway/s', 'ratio']);
    for (const [name, [url, paths]] of Object.entries(targets)) {
      const ratios: number[] = [];
      const rates: [number, number][] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const [plain, ours] = [await load(bare.url, ['/']), await load(url, paths)];
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
    await Promise.all([bare, gateway, recommendations].map((one) => one.kill()));
    await recommendationsDb.drop();
  }
}

/** Each connection takes the paths in an order of its own, so that hardly ever two ask for the same within a second. */
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
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx + result.errors} requests failed`);
  return result.requests.average;
}

const cursor = ({ at, id }: { at: Date; id: string }): string =>
  Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');
