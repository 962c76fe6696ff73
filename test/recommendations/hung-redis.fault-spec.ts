import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { articlePublished, articleRetracted, commentPublished, type ArticleSnapshot } from '#events';
import {
  anArticleSnapshot,
  anEncodedEvent,
  anId,
  aPublicComment,
  describeWith,
  rounds,
  ServiceUnderTest,
  startRedis,
  waitUntil,
  type RedisServer,
} from '#testing';
import { recommendationsApp } from '../../apps/recommendations/src/service.js';

const ROUNDS = rounds(2, 20);
const READERS = 8;
/** Milliseconds for a read, which waits 200 ms at most for the cache, on a slow machine. */
const READ_WITHIN = 2_000;

interface RailCard {
  readonly id: string;
  readonly interactions: number;
}

describeWith('postgres', 'redis')('recommendations while Redis hangs', () => {
  let redis: RedisServer;
  let service: ServiceUnderTest;

  beforeEach(async () => {
    redis = await startRedis();
    service = await ServiceUnderTest.start(recommendationsApp, { REDIS_URL: redis.url });
  });

  afterEach(async () => {
    redis.signal('SIGCONT');
    await service.stop();
    await redis.remove();
  });

  const section = { id: anId(), slug: 'news', name: 'News' };
  const anArticle = () => anArticleSnapshot({ section, publishedAt: new Date().toISOString() });
  const publish = (...articles: ArticleSnapshot[]) =>
    service.receive(
      'newsroom.articles',
      ...articles.map((article) =>
        anEncodedEvent(articlePublished, { subject: article.id, data: { version: 2, article } }),
      ),
    );
  const retract = (subject: string) => {
    const data = { version: 3, reason: 'legal' as const, retractedAt: '2026-11-02T09:00:00.000Z' };
    return service.receive('newsroom.articles', anEncodedEvent(articleRetracted, { subject, data }));
  };
  const comment = (subject: string, published: number) => {
    const data = { comment: aPublicComment({ articleId: subject }), count: { published, rev: published } };
    return service.receive('newsroom.comments', anEncodedEvent(commentPublished, { subject, data }));
  };
  /** All cards of a page. @throws Error if it is not answered in time. */
  const cardsOf = async (id: string): Promise<Map<string, RailCard>> => {
    const started = performance.now();
    const answer = await service.call<{ rails: { cards: RailCard[] }[] }>('GET', `/articles/${id}/rails`);
    const took = performance.now() - started;
    if (answer.status !== 200 || took > READ_WITHIN) {
      throw new Error(`A page was answered with ${answer.status} after ${Math.round(took)} ms.`);
    }
    return new Map(answer.body.rails.flatMap(({ cards }) => cards.map((card) => [card.id, card])));
  };
  const metric = async (name: string) => {
    const text = await service.metrics();
    return Number(new RegExp(`^${name}\\S* (\\S+)$`, 'm').exec(text)?.[1]);
  };
  const isUsed = async () => (await metric('cache_available')) === 1;
  const hits = async () => {
    const client = await createClient({ url: redis.url }).connect();
    const info = await client.info('stats');
    client.destroy();
    return Number(/keyspace_hits:(\d+)/.exec(info)?.[1]);
  };

  it('answers pages, handles events and leaves nothing stale in the cache', async () => {
    await waitUntil(isUsed);
    for (let round = 1; round <= ROUNDS; round++) {
      // Rails show the four newest articles, so each round has its own.
      const articles = Array.from({ length: 5 }, anArticle);
      const [page, retracted, commented] = articles as [ArticleSnapshot, ArticleSnapshot, ArticleSnapshot];
      const later = anArticle();
      await publish(...articles);
      await comment(commented.id, 1);
      const before = await cardsOf(page.id);
      expect(before.has(retracted.id)).toBe(true);
      expect(before.get(commented.id)!.interactions).toBe(1);
      const failures = await metric('cache_failures_total');

      redis.signal('SIGSTOP');
      const over = new AbortController();
      const readers = Array.from({ length: READERS }, async (_, i) => {
        for (let read = i; !over.signal.aborted; read++) await cardsOf(articles[read % articles.length]!.id);
      });
      await Promise.all([publish(later), retract(retracted.id), comment(commented.id, 7)]);
      await waitUntil(async () => (await metric('cache_available')) === 0);
      const hung = await cardsOf(page.id);
      expect([hung.has(retracted.id), hung.get(commented.id)?.interactions]).toEqual([false, 7]);
      expect(await metric('cache_failures_total')).toBe(failures + 1);

      redis.signal('SIGCONT');
      await waitUntil(isUsed, { within: 20_000, what: 'Redis in use again' });
      over.abort();
      await Promise.all(readers);
      const hitsBefore = await hits();
      for (const { id } of [...articles, later]) {
        const after = await cardsOf(id);
        expect(after.has(retracted.id)).toBe(false);
        expect([7, undefined]).toContain(after.get(commented.id)?.interactions);
      }
      expect((await cardsOf(page.id)).get(commented.id)?.interactions).toBe(7);
      await waitUntil(async () => (await cardsOf(page.id), (await hits()) > hitsBefore));
    }
  });
});
