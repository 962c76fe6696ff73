import { createServer } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createClient } from 'redis';
import { addressOf, describeWith, startRedis, testPrefix, waitUntil, type RedisServer } from '#testing';
import { createLogger } from '../logging/logging.js';
import type { Cache } from './cache.js';
import { MemoryCache } from './memory-cache.js';
import { RedisCache } from './redis-cache.js';

const log = createLogger('test', 'silent');

/** Both adapters behave the same. */
const behaviour = (create: () => Cache) => (): void => {
  const cache = create();

  afterAll(() => cache.close());

  const put = (key: string, value: string, version: number) =>
    waitUntil(async () => {
      await cache.put([{ key, value, version }], 60);
      return (await cache.getMany([key]))[0] !== undefined;
    });

  it('returns values in the order of the keys, and undefined for a miss', async () => {
    await put('a', '1', 1);
    await put('c', '3:with colon', 1);
    expect(await cache.getMany(['c', 'b', 'a'])).toEqual(['3:with colon', undefined, '1']);
  });

  it('never replaces a newer version with an older one', async () => {
    await put('card', 'new', 7);
    await cache.put([{ key: 'card', value: 'old', version: 6 }], 60);
    await cache.offer([{ key: 'card', value: 'old', version: 6 }], 60);
    expect(await cache.getMany(['card'])).toEqual(['new']);
  });

  it('forgets a key, and then stores only newer versions', async () => {
    await put('gone', 'text', 3);
    await cache.forget(['gone'], 4, 60);
    await cache.offer([{ key: 'gone', value: 'text', version: 3 }], 60);
    expect(await cache.getMany(['gone'])).toEqual([undefined]);
    await cache.offer([{ key: 'gone', value: 'again', version: 5 }], 60);
    expect(await cache.getMany(['gone'])).toEqual(['again']);
  });

  it('compares versions as large as microseconds of the clock exactly', async () => {
    const now = Date.now() * 1_000;
    await put('list', 'new', now);
    await cache.offer([{ key: 'list', value: 'old', version: now - 1 }], 60);
    expect(await cache.getMany(['list'])).toEqual(['new']);
  });
};

describe(
  'the cache in memory',
  behaviour(() => new MemoryCache()),
);
describeWith('redis')(
  'the cache in Redis',
  behaviour(() => new RedisCache(addressOf('redis'), testPrefix(), log)),
);

describe('the size of the cache in memory', () => {
  it('is bounded in bytes, so that large entries evict each other', async () => {
    const cache = new MemoryCache({ entries: 1_000, bytes: 1_000_000 });
    const keys = Array.from({ length: 10 }, (_, i) => `key ${i}`);
    for (const key of keys) await cache.put([{ key, value: 'x'.repeat(100_000), version: 1 }], 60);
    const held = await cache.getMany(keys);
    expect(held.filter((value) => value !== undefined)).toHaveLength(4);
    expect(held.at(-1)).toBeDefined();
  });
});

describeWith('redis')('the cache in a failing Redis', () => {
  let redis: RedisServer;
  let cache: RedisCache;
  let registry: Registry;
  let logged: { level: number; msg: string }[];

  const open = (url: string) => {
    logged = [];
    registry = new Registry();
    const write = (line: string) => void logged.push(JSON.parse(line));
    cache = new RedisCache(url, '', pino({ level: 'info' }, { write }), registry);
  };
  const put = (key: string, value: string, version: number) => cache.put([{ key, value, version }], 60);
  const get = async (key: string) => (await cache.getMany([key]))[0];
  const metric = async (name: string) => {
    const { values } = await registry.getSingleMetric(name)!.get();
    return values[0]?.value;
  };
  const isAvailable = async () => (await metric('cache_available')) === 1;
  const isUnavailable = async () => (await metric('cache_available')) === 0;
  /** Sends a command over an administrator's connection. */
  const command = async (...args: string[]) => {
    const client = await createClient({ url: redis.url }).connect();
    await client.sendCommand(args);
    client.destroy();
  };

  beforeEach(async () => {
    redis = await startRedis();
    open(redis.url);
    await waitUntil(isAvailable);
  });

  afterEach(async () => {
    await cache.close();
    await redis.remove();
  });

  it('misses while Redis is down, and is used again when Redis is up', async () => {
    await put('a', '1', 1);
    expect(await get('a')).toBe('1');
    await redis.kill();
    await put('a', '1', 1);
    expect(await get('a')).toBeUndefined();
    await redis.start();
    expect(await waitUntil(async () => put('a', '1', 1).then(() => get('a')), { within: 20_000 })).toBe('1');
    expect(logged.map(({ msg }) => msg)).toEqual([
      'the cache does not answer; continuing without it',
      'the cache is reachable again',
    ]);
  });

  it('waits for one deadline when Redis hangs, then misses at once, and is used again when Redis answers', async () => {
    await put('a', '1', 1);
    redis.signal('SIGSTOP');
    const together = Array.from({ length: 50 }, () => [get('a'), put('b', '1', 1)]).flat();
    await Promise.all(together);
    for (let i = 0; i < 2_000; i++) {
      expect(await get('a')).toBeUndefined();
      await put(`later ${i}`, 'x'.repeat(10_000), 1);
    }
    expect(await isUnavailable()).toBe(true);
    // Had each of the 4,000 calls waited for its deadline, there would be thousands.
    expect(await metric('cache_failures_total')).toBe(1);
    redis.signal('SIGCONT');
    await waitUntil(isAvailable, { within: 20_000 });
    expect(await get('a')).toBe('1');
    expect(logged).toHaveLength(2);
  });

  it('invalidates keys whose changes Redis missed, before it is used again', async () => {
    await put('changed', 'old', 1);
    await put('retracted', 'old', 1);
    await put('same', 'old', 1);
    redis.signal('SIGSTOP');
    await Promise.all([put('changed', 'new', 2), get('same')]);
    await cache.forget(['retracted'], 2, 60);
    // Another process, which sees only what Redis holds.
    const other = new RedisCache(redis.url, '', log);
    redis.signal('SIGCONT');
    await waitUntil(isAvailable, { within: 20_000 });
    await cache.offer([{ key: 'retracted', value: 'old', version: 1 }], 60);
    expect([undefined, 'new']).toContain(await get('changed'));
    expect(await cache.getMany(['retracted', 'same'])).toEqual([undefined, 'old']);
    await waitUntil(async () => (await other.getMany(['same']))[0]);
    expect(await other.getMany(['retracted'])).toEqual([undefined]);
    await other.close();
  });

  it('stays unused until old entries have expired when it missed too many changes', async () => {
    await cache.put([{ key: 'retracted', value: 'old', version: 1 }], 3);
    redis.signal('SIGSTOP');
    await get('retracted');
    const many = Array.from({ length: 10_001 }, (_, i) => ({ key: `key ${i}`, value: '', version: 1 }));
    await cache.put(many, 3);
    await cache.forget(['retracted'], 2, 3);
    redis.signal('SIGCONT');
    await waitUntil(isAvailable, { within: 20_000 });
    expect(await get('retracted')).toBeUndefined();
  });

  it('is not used while Redis is full or a replica and refuses writes, and logs one line', async () => {
    for (const [broken, repaired] of [
      [
        ['CONFIG', 'SET', 'maxmemory', '1'],
        ['CONFIG', 'SET', 'maxmemory', '0'],
      ],
      [
        ['REPLICAOF', '127.0.0.1', '1'],
        ['REPLICAOF', 'NO', 'ONE'],
      ],
    ] as const) {
      logged.length = 0;
      await put('a', '1', 1);
      await command(...broken);
      await put('a', '2', 2);
      expect(await get('a')).toBeUndefined();
      await waitUntil(async () => (await put('a', '2', 2), await isUnavailable()));
      expect(logged).toHaveLength(1);
      await command(...repaired);
      await waitUntil(isAvailable, { within: 20_000 });
      expect(await get('a')).toBeUndefined();
    }
  });

  it('misses while the password is wrong, and is used once it is right', async () => {
    await cache.close();
    await command('CONFIG', 'SET', 'requirepass', 'secret');
    open(redis.url);
    await waitUntil(() => logged.length > 0);
    expect(await get('a')).toBeUndefined();
    const admin = await createClient({ url: redis.url, password: 'secret' }).connect();
    await admin.sendCommand(['CONFIG', 'SET', 'requirepass', '']);
    admin.destroy();
    await waitUntil(isAvailable, { within: 20_000 });
    expect(logged.map(({ msg }) => msg)).toEqual([
      'the cache does not answer; continuing without it',
      'the cache is reachable again',
    ]);
  });

  it('misses when another server answers at its address', async () => {
    await cache.close();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n<html></html>'));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as { port: number };
    open(`redis://127.0.0.1:${port}`);
    await waitUntil(() => logged.length > 0);
    expect(await get('a')).toBeUndefined();
    expect(logged).toHaveLength(1);
    await cache.close();
    await new Promise((closed) => server.close(closed));
  });
});
