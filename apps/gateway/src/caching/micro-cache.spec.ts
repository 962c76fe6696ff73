import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { waitUntil } from '#testing';
import { ClientGone } from '#platform';
import { Bulkhead } from '../upstream/bulkhead.js';
import { Caches, type Held } from './caches.js';
import { MicroCache } from './micro-cache.js';

const MB = 1024 * 1024;
const of = (bytes: number): Held => ({ bytes: Buffer.alloc(bytes) });
const stays = () => new AbortController().signal;

describe('a micro cache', () => {
  let registry: Registry;
  let caches: Caches;
  beforeEach(() => {
    registry = new Registry();
    caches = new Caches(registry);
  });
  const cacheOf = (ttl: number) =>
    new MicroCache(caches.create('lists', ttl), new Bulkhead({ concurrent: 64, waiting: 0, waitFor: 0 }));
  const held = async (): Promise<number> =>
    Number(/gateway_cache_bytes\{cache="lists"\} (\d+)/.exec(await registry.metrics())?.[1]);

  it('holds an answer for a moment, within its budget in bytes', async () => {
    const cache = cacheOf(60_000);
    for (let i = 0; i < 20; i++) await cache.get(`key ${i}`, stays, async () => of(MB));
    expect(await held()).toBeGreaterThan(5 * MB);
    expect(await held()).toBeLessThanOrEqual(8 * MB);
  });

  it('does not hold an answer that would displace a large share of the others', async () => {
    const cache = cacheOf(60_000);
    await cache.get('key', stays, async () => of(3 * MB));
    expect(await held()).toBe(0);
  });

  it('is rid of what has expired though nobody asks for it again', async () => {
    await cacheOf(20).get('key', stays, async () => of(1_000));
    await waitUntil(async () => (await held()) === 0);
    expect(await held()).toBe(0);
  });

  it('counts the time from when an answer began to be made', async () => {
    const cache = cacheOf(50);
    let made = 0;
    const make = async () => {
      made++;
      const start = performance.now();
      await waitUntil(() => performance.now() > start + 60);
      return of(1);
    };
    await cache.get('key', stays, make);
    await cache.get('key', stays, make);
    expect(made).toBe(2);
  });

  it('makes an answer once for all who wait, and cancels it when the last of them has gone', async () => {
    const cache = cacheOf(60_000);
    const clients = [new AbortController(), new AbortController()];
    const signals: AbortSignal[] = [];
    const make = (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<Held>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('cancelled'))),
      );
    };
    const answers = clients.map(({ signal }) => cache.get('key', () => signal, make));
    clients[0]!.abort();
    await expect(answers[0]).rejects.toBeInstanceOf(ClientGone);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    clients[1]!.abort();
    await expect(answers[1]).rejects.toBeInstanceOf(ClientGone);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await cache.get('key', stays, async () => of(7))).toMatchObject({ bytes: { length: 7 } });
  });
});
