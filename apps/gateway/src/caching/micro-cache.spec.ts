import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { ClientGone, Refused } from '#http';
import { waitUntil } from '#testing';
import { Retractions } from '../retractions/retractions.js';
import { Bulkhead } from '../upstream/bulkhead.js';
import { UpstreamDown } from '../problems.js';
import { Caches } from './caches.js';
import { MicroCache, type Answer } from './micro-cache.js';

const MB = 1024 * 1024;
const of = (bytes: number): Answer => ({ bytes: Buffer.alloc(bytes) });
const stays = () => new AbortController().signal;

describe('a micro cache', () => {
  let registry: Registry;
  let caches: Caches;
  let retractions: Retractions;
  beforeEach(() => {
    registry = new Registry();
    caches = new Caches(registry);
    retractions = new Retractions(registry);
  });
  const cacheOf = (holdFor: number, ttl = holdFor) =>
    new MicroCache<Answer>({
      answers: caches.create('lists', ttl),
      refusals: caches.refusals,
      flights: new Bulkhead({ concurrent: 64, waiting: 0, waitFor: 0 }),
      retractions,
      holdFor,
    });
  const retract = (id: string) => retractions.learn([id], performance.now());
  const down = () => Promise.reject(new UpstreamDown('articles'));
  const held = async (): Promise<number> =>
    Number(/gateway_cache_bytes\{cache="lists"\} (\d+)/.exec(await registry.metrics())?.[1]);

  it('holds answers within its budget in bytes', async () => {
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

  it('removes expired answers even when nobody requests them again', async () => {
    await cacheOf(20).get('key', stays, async () => of(1_000));
    await waitUntil(async () => (await held()) === 0);
    expect(await held()).toBe(0);
  });

  it('counts the age of an answer from the start of its request', async () => {
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

  it('makes an answer once for all waiting clients, and cancels it when the last of them has gone', async () => {
    const cache = cacheOf(60_000);
    const clients = [new AbortController(), new AbortController()];
    const signals: AbortSignal[] = [];
    const make = (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<Answer>((_resolve, reject) =>
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

  it('serves an old answer, marked as stale, while a newer one is unavailable, but not longer than allowed', async () => {
    const cache = cacheOf(0, 200);
    await cache.get('key', stays, async () => of(1));
    expect(await cache.get('key', stays, down)).toMatchObject({ bytes: { length: 1 }, isStale: true });
    await waitUntil(async () => (await held()) === 0);
    await expect(cache.get('key', stays, down)).rejects.toBeInstanceOf(UpstreamDown);
  });

  it('holds a refusal for a moment, and drops the earlier answer', async () => {
    const cache = cacheOf(0, 60_000);
    let asked = 0;
    const refuse = (status: number) => async () => {
      asked++;
      throw new Refused('article.unknown', status, 'There is none.');
    };
    await cache.get('key', stays, async () => of(1));
    for (let i = 0; i < 3; i++) {
      await expect(async () => cache.get('key', stays, refuse(404))).rejects.toMatchObject({ status: 404 });
    }
    expect(asked).toBe(1);
    await waitUntil(async () => caches.refusals.size === 0);
    await expect(cache.get('key', stays, down)).rejects.toBeInstanceOf(UpstreamDown);
    for (let i = 0; i < 3; i++) {
      await expect(async () => cache.get('moved', stays, refuse(301))).rejects.toMatchObject({ status: 301 });
    }
    expect(asked).toBe(4);
  });

  describe('after a retraction', () => {
    it('serves no list that was requested earlier, neither fresh nor stale', async () => {
      const cache = cacheOf(60_000);
      await cache.get('key', stays, async () => of(1));
      retract('a');
      await expect(cache.get('key', stays, down)).rejects.toBeInstanceOf(UpstreamDown);
      expect(await cache.get('key', stays, async () => of(2))).toMatchObject({ bytes: { length: 2 } });
    });

    it('requests a list again if it was requested earlier and arrives later', async () => {
      const cache = cacheOf(60_000);
      let made = 0;
      const make = async () => {
        if (++made === 1) retract('a');
        return of(made);
      };
      expect(await cache.get('key', stays, make)).toMatchObject({ bytes: { length: 2 } });
    });

    it('serves a list from which the article was filtered out', async () => {
      const cache = cacheOf(60_000);
      const make = async () => {
        retract('a');
        return { ...of(1), checkedAt: performance.now() };
      };
      expect(await cache.get('key', stays, make)).toMatchObject({ bytes: { length: 1 } });
    });

    it('keeps other articles, and refuses the retracted one', async () => {
      const cache = cacheOf(0, 60_000);
      for (const articleId of ['a', 'b']) {
        await cache.get(articleId, stays, async () => ({ ...of(1), articleId }));
      }
      retract('a');
      expect(await cache.get('b', stays, down)).toMatchObject({ articleId: 'b', isStale: true });
      await expect(cache.get('a', stays, down)).rejects.toMatchObject({ status: 410 });
      const late = async () => ({ ...of(1), articleId: 'a' });
      await expect(cache.get('a', stays, late)).rejects.toMatchObject({ status: 410 });
    });

    it('refuses an article under every address as soon as one of them is refused', async () => {
      const cache = cacheOf(60_000);
      await cache.get('slug', stays, async () => ({ ...of(1), articleId: 'a' }));
      const refuse = async () => {
        throw new Refused('article.retracted', 410, 'Gone.', { id: 'a' });
      };
      await expect(cache.get('id', stays, refuse)).rejects.toMatchObject({ status: 410 });
      await expect(cache.get('slug', stays, down)).rejects.toMatchObject({ status: 410 });
    });
  });
});
