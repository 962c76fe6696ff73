import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anId, waitUntil } from '#testing';
import { FakeService, hang, newsroom, sendJson, type Answering } from './fake-service.js';
import { GatewayUnderTest, upstreams } from './gateway-under-test.js';

describe('an overloaded gateway', () => {
  let services: FakeService;
  let sick: FakeService;
  let gateway: GatewayUnderTest;
  beforeEach(async () => {
    services = await FakeService.start(newsroom());
    sick = await FakeService.start(newsroom());
  });
  afterEach(async () => {
    await gateway.stop();
    await Promise.all([services.stop(), sick.stop()]);
  });
  const start = async (sickOnes: Partial<Record<string, string>> = {}) => {
    gateway = await GatewayUnderTest.start(upstreams(services, sickOnes));
  };

  it('sends a service at most 64 reads at a time, and refuses with Retry-After what cannot be queued', async () => {
    await start();
    services.answer = hang;
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, () => gateway.get(`/v1/articles/${anId()}/page`)),
    );
    expect(services.mostAtOnce).toBeLessThanOrEqual(64);
    for (const { status, headers } of answers) {
      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    }
    // The limits on queues bound how many requests reach the service.
    expect(services.seen.length).toBeLessThan(1_000);
  });

  it('serves the desk while readers flood a service that hangs', async () => {
    await start();
    services.answer = (request, response) =>
      request.url!.startsWith('/editorial') ? sendJson(response, { done: true }) : undefined;
    const flood = Promise.all(Array.from({ length: 500 }, () => gateway.get(`/v1/articles/${anId()}`)));
    await waitUntil(() => services.seen.length >= 64, { what: 'the readers’ lane to be full' });
    const before = services.seen.length;
    expect(
      await gateway.call('POST', `/v1/editorial/articles/${anId()}/publish`, { role: 'editor' }),
    ).toMatchObject({
      status: 200,
      body: { done: true },
    });
    expect(before).toBe(64);
    await flood;
  });

  it('serves articles while searches flood a service that is slow to search', async () => {
    await start();
    services.answer = (request, response) =>
      request.url!.startsWith('/search') ? undefined : newsroom()(request, response);
    const flood = Promise.all(Array.from({ length: 200 }, (_, i) => gateway.get(`/v1/search?q=wort${i}`)));
    await waitUntil(() => services.seen.length >= 8, { what: 'the searches to be under way' });
    expect((await gateway.get(`/v1/articles/${anId()}`)).status).toBe(200);
    await flood;
    expect(services.mostAtOnce).toBeLessThanOrEqual(9);
  });

  it('serves a page without the part whose service hangs', async () => {
    await start({ comments: sick.url });
    sick.answer = hang;
    const pages = await Promise.all(
      Array.from({ length: 50 }, () => gateway.get(`/v1/articles/${anId()}/page`)),
    );
    for (const { status, body } of pages) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ comments: { status: 'unavailable' }, rails: { status: 'fresh' } });
    }
  });

  it('stops calling a service that keeps timing out, and calls it again when it recovers', async () => {
    await start({ comments: sick.url });
    sick.answer = hang;
    const commentsOf = async () =>
      ((await gateway.get(`/v1/articles/${anId()}/page`)).body['comments'] as { status: string }).status;
    await Promise.all(Array.from({ length: 5 }, commentsOf));
    const asked = sick.seen.length;
    expect(await commentsOf()).toBe('unavailable');
    expect(sick.seen.length).toBe(asked);
    sick.answer = newsroom();
    await waitUntil(async () => (await commentsOf()) === 'fresh');
  });

  it('serves a stale part if its service is too busy', async () => {
    await start({ comments: sick.url });
    const path = `/v1/articles/${anId()}/page`;
    const article: Answering = (request, response) =>
      request.url!.startsWith('/articles/') && !/comments|rails/.test(request.url!)
        ? sendJson(response, { id: 'eins', body: [] })
        : newsroom()(request, response);
    services.answer = article;
    expect((await gateway.get(path)).body).toMatchObject({ comments: { status: 'fresh' } });
    sick.answer = hang;
    const flood = Promise.all(
      Array.from({ length: 400 }, () => gateway.get(`/v1/articles/${anId()}/comments`)),
    );
    await waitUntil(() => sick.seen.length >= 64);
    const part = await waitUntil(async () => {
      const comments = (await gateway.get(path)).body['comments'] as { status: string };
      return comments.status === 'stale' && comments;
    });
    expect(part).toEqual({ status: 'stale', data: { open: true, count: 0, items: [] } });
    await flood;
  });
});
