import { afterAll, describe, expect, it } from '@jest/globals';
import { addressOf, describeWith, startRedis, testPrefix, waitUntil } from '#testing';
import { createLogger } from '../logging.js';
import type { Cache } from './cache.js';
import { MemoryCache } from './memory-cache.js';
import { RedisCache } from './redis-cache.js';

const log = createLogger('test', 'silent');

/** The same for both adapters. */
const behaviour = (create: () => Cache) => (): void => {
  const cache = create();

  afterAll(() => cache.close());

  const put = (key: string, value: string, version: number) =>
    waitUntil(async () => {
      await cache.put([{ key, value, version }], 60);
      return (await cache.getMany([key]))[0] !== undefined;
    });

  it('gives values in the order of the keys, undefined for what it does not have', async () => {
    await put('a', '1', 1);
    await put('c', '3:with colon', 1);
    expect(await cache.getMany(['c', 'b', 'a'])).toEqual(['3:with colon', undefined, '1']);
  });

  it('never replaces a newer version by an older one', async () => {
    await put('card', 'new', 7);
    await cache.put([{ key: 'card', value: 'old', version: 6 }], 60);
    expect(await cache.getMany(['card'])).toEqual(['new']);
  });

  it('forgets, and then takes newer versions only', async () => {
    await put('gone', 'text', 3);
    await cache.forget(['gone'], 4, 60);
    await cache.put([{ key: 'gone', value: 'text', version: 3 }], 60);
    expect(await cache.getMany(['gone'])).toEqual([undefined]);
    await cache.put([{ key: 'gone', value: 'again', version: 5 }], 60);
    expect(await cache.getMany(['gone'])).toEqual(['again']);
  });
};

describe(
  'the cache in the process',
  behaviour(() => new MemoryCache()),
);
describeWith('redis')(
  'the cache in Redis',
  behaviour(() => new RedisCache(addressOf('redis'), testPrefix(), log)),
);

describeWith('redis')('when Redis goes away', () => {
  it('everything is a miss, nothing fails, and it is used again when it is back', async () => {
    const redis = await startRedis();
    const cache = new RedisCache(redis.url, '', log);
    const put = () => cache.put([{ key: 'a', value: '1', version: 1 }], 60);
    const get = async () => (await cache.getMany(['a']))[0];
    await waitUntil(async () => put().then(get));
    await redis.kill();
    await put();
    expect(await get()).toBeUndefined();
    await redis.start();
    expect(await waitUntil(async () => put().then(get), { within: 20_000 })).toBe('1');
    await cache.close();
    await redis.remove();
  });
});
