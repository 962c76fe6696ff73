import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pLimit from 'p-limit';
import { freePort, mainOf, rounds, testAuth, waitUntil } from '#testing';
import { FakeService, newsroom } from './fake-service.js';
import { upstreams } from './gateway-under-test.js';

const MB = 1024 * 1024;
/** The memory of a gateway container, and a heap that leaves room for everything else. */
const CONTAINER = 384 * MB;
const HEAP_MB = 192;

/** A search engine's crawler reads everything once. Meanwhile the gateway must stay within its memory. */
describe('the memory of a gateway that is crawled', () => {
  let services: FakeService;
  let child: ChildProcess;
  let url: string;
  beforeAll(async () => {
    services = await FakeService.start(newsroom(58_000));
    const [port, auth] = await Promise.all([freePort(), testAuth()]);
    url = `http://127.0.0.1:${port}`;
    child = spawn(
      process.execPath,
      [`--max-old-space-size=${HEAP_MB}`, '--max-semi-space-size=8', mainOf('gateway')],
      {
        env: {
          ...process.env,
          ...auth.env,
          ...upstreams(services),
          LOG_LEVEL: 'error',
          GATEWAY_PORT: String(port),
          OPERATIONS_PORT: '0',
        },
        stdio: 'ignore',
      },
    );
    await waitUntil(() => fetch(url).then(() => true), { within: 30_000, what: 'the gateway to listen' });
  });
  afterAll(async () => {
    child.kill('SIGKILL');
    await services.stop();
  });

  /** The most bytes that the process has had in memory so far. */
  const peak = async (): Promise<number> => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
  };

  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;

  /**
   * Reads `count` addresses, `atOnce` at a time; stops if the gateway does.
   * @param patient whether to retry refused requests. @returns how many were answered with 200.
   */
  async function crawl(
    count: number,
    atOnce: number,
    path: (i: number) => string,
    patient = true,
  ): Promise<number> {
    let answered = 0;
    await pLimit(atOnce).map(Array.from({ length: count }).keys(), async (i) => {
      while (isRunning()) {
        const response = await fetch(url + path(i)).catch(() => undefined);
        const bytes = await response?.arrayBuffer().catch(() => undefined);
        if (bytes && response?.status === 200) answered++;
        // On a busy machine, the gateway refuses some requests.
        if (!patient || response?.status !== 503) return;
      }
    });
    return answered;
  }

  it('stays within the limit of its container through thousands of articles of 60 kB', async () => {
    const count = rounds(2_200, 5_000);
    expect(await crawl(count, 32, (i) => `/v1/articles/artikel-${i}/page`)).toBe(count);
    expect(await peak()).toBeLessThan(CONTAINER);
  });

  it('stays within the limit of its container through hundreds of feeds of 1.2 MB', async () => {
    const count = rounds(150, 1_000);
    expect(await crawl(count, 8, (i) => `/feeds/topics/thema-${i}/rss.xml`)).toBe(count);
    expect(await peak()).toBeLessThan(CONTAINER);
  });

  it('stays within the limit of its container when 2,000 articles and 500 feeds are requested at once', async () => {
    const [articles, feeds] = await Promise.all([
      crawl(2_000, 2_000, (i) => `/v1/articles/andere-${i}/page`, false),
      crawl(500, 500, (i) => `/feeds/topics/anderes-${i}/rss.xml`, false),
    ]);
    expect(articles).toBeGreaterThan(0);
    expect(feeds).toBeGreaterThan(0);
    expect(await peak()).toBeLessThan(CONTAINER);
  });
});
