import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  anArticleRequest,
  anId,
  describeWith,
  freePort,
  ServiceUnderTest,
  testAuth,
  waitUntil,
} from '#testing';
import { articlesApp } from '../../apps/articles/src/service.js';
import { FakeService, hang, newsroom, sendJson } from './fake-service.js';
import { GatewayUnderTest, upstreams } from './gateway-under-test.js';

const publish = () => `/v1/editorial/articles/${anId()}/publish`;

describe('the outcome of a change that the gateway reports', () => {
  let services: FakeService;
  let gateway: GatewayUnderTest;
  beforeEach(async () => {
    services = await FakeService.start(newsroom());
    gateway = await GatewayUnderTest.start(upstreams(services));
  });
  afterEach(async () => {
    await gateway.stop();
    await services.stop();
  });
  const change = () => gateway.call('POST', publish(), { role: 'editor' });

  it('is unknown if the connection breaks after the request was sent, and the request is not sent twice', async () => {
    services.answer = (request) => request.socket.resetAndDestroy();
    expect(await change()).toMatchObject({
      status: 504,
      body: { code: 'outcome.unknown', service: 'articles' },
    });
    expect(services.seen).toHaveLength(1);
  });

  it('is unknown if a proxy answers instead of the service', async () => {
    services.answer = (_request, response) =>
      void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
    expect(await change()).toMatchObject({ status: 504, body: { code: 'outcome.unknown' } });
  });

  it('is that nothing was done if there is no connection', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    await gateway.stop();
    gateway = await GatewayUnderTest.start(upstreams(services, { articles: dead }));
    const { status, headers, body } = await change();
    expect([status, body['code'], headers.get('retry-after')]).toEqual([503, 'service.unavailable', '1']);
  });

  it('is that nothing was done if the queue is full', async () => {
    services.answer = hang;
    const flood = Array.from({ length: 200 }, change);
    const first = await Promise.race(flood);
    expect([first.status, first.body['code'], first.headers.get('retry-after')]).toEqual([
      503,
      'service.busy',
      '1',
    ]);
    services.answer = (_request, response) => sendJson(response, {});
    await services.stop();
    services = await FakeService.start(newsroom());
    const codes = (await Promise.all(flood)).map(({ body }) => body['code']);
    expect(new Set(codes)).toEqual(new Set(['service.busy', 'outcome.unknown', 'service.unavailable']));
  });
});

describeWith('postgres')('a change that waits for a lock', () => {
  it('is answered with its result, not with a timeout', async () => {
    const auth = await testAuth();
    const articles = await ServiceUnderTest.start(articlesApp, auth.env);
    const services = await FakeService.start(newsroom());
    const gateway = await GatewayUnderTest.start(upstreams(services, { articles: articles.url }), auth);
    const edit = (method: string, path: string, body?: unknown, version?: unknown) =>
      gateway.call(method, `/v1/editorial/${path}`, {
        role: 'editor',
        body,
        headers: version === undefined ? {} : { 'if-match': `"${String(version)}"` },
      });
    try {
      await edit('PUT', 'authors/lia-muster', { name: 'Lia Muster' });
      await edit('PUT', 'sections/news', { name: 'News' });
      const { id, version } = (await edit('POST', 'articles', anArticleRequest())).body;
      const lock = articles.query(
        `DO $$ BEGIN PERFORM FROM article WHERE id = '${String(id)}' FOR UPDATE; PERFORM pg_sleep(4); END $$`,
      );
      await waitUntil(
        async () =>
          (
            await articles.query(
              `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
            )
          ).length > 0,
        { what: 'the lock to be held' },
      );
      const answer = await edit('POST', `articles/${String(id)}/publish`, undefined, version);
      await lock;
      const { body } = await edit('GET', `articles/${String(id)}`);
      expect([answer.status, body['state']]).toEqual([200, 'published']);
    } finally {
      await gateway.stop();
      await Promise.all([services.stop(), articles.stop()]);
    }
  });
});
