import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anId, waitUntil } from '#testing';
import { FakeService, newsroom, sendJson } from './fake-service.js';
import { GatewayUnderTest, upstreams } from './gateway-under-test.js';

describe('a request through the gateway', () => {
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
  const read = () => gateway.get(`/v1/articles/${anId()}`);

  it('is retried on a new connection if its kept-alive connection is closed', async () => {
    await Promise.all(Array.from({ length: 8 }, read));
    const ports = new Set<number>();
    // Every kept-alive connection is reset when it is used again, as by a service that is stopping.
    const served = new WeakSet<object>();
    services.answer = (request, response) => {
      ports.add(request.socket.remotePort!);
      if (served.has(request.socket) || ports.size === 1) return request.socket.resetAndDestroy();
      served.add(request.socket);
      return newsroom()(request, response);
    };
    expect((await read()).status).toBe(200);
    expect(ports.size).toBe(2);
  });

  it('fails if its second attempt fails, which counts as one failure', async () => {
    services.answer = (request) => request.socket.resetAndDestroy();
    const { status, headers } = await read();
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(services.seen).toHaveLength(2);
    const text = await (await fetch(`${gateway.operationsUrl}/metrics`)).text();
    expect(text).toMatch(/^gateway_upstream_failures_total\{.*reason="unavailable".*\} 1$/m);
    expect(text).toMatch(/^gateway_upstream_retries_total\{.*\} 1$/m);
  });

  it('is refused if the answer of the service is larger than 4 MB', async () => {
    services.answer = (_request, response) => sendJson(response, { text: 'a'.repeat(5_000_000) });
    expect((await read()).status).toBe(503);
    await waitUntil(() => services.connections === 0, { what: 'its connection to be closed' });
  });

  it('is still answered after many answers that were too large, since the service is available', async () => {
    services.answer = (_request, response) => sendJson(response, { text: 'a'.repeat(5_000_000) });
    for (let i = 0; i < 6; i++) await gateway.get(`/v1/articles/${anId()}/comments`);
    services.answer = newsroom();
    expect((await gateway.get(`/v1/articles/${anId()}/comments`)).status).toBe(200);
  });

  it.each([404, 403, 301, 200])(
    'is answered with 503 if a proxy answers %s with a page of its own',
    async (status) => {
      services.answer = (_request, response) =>
        void response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>nginx</h1>');
      const answer = await gateway.get(`/v1/articles/${anId()}/page`);
      expect([answer.status, answer.body['code']]).toEqual([503, 'service.unavailable']);
    },
  );

  it('is answered from the cache if only the order of its parameters differs', async () => {
    services.answer = (_request, response) => sendJson(response, []);
    for (const query of ['?after=news&limit=5', '?limit=5&after=news', '?limit=%35&after=news']) {
      expect((await gateway.get(`/v1/sections${query}`)).status).toBe(200);
    }
    expect(services.seen).toEqual(['GET /sections?after=news&limit=5']);
    expect((await gateway.get('/v1/sections?x=1')).status).toBe(422);
  });

  it('is refused with 422 if its body is nested 100,000 levels deep', async () => {
    const response = await fetch(`${gateway.url}/v1/articles/${anId()}/comments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"text":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    });
    expect(response.status).toBe(422);
    expect(services.seen).toEqual([]);
  });
});
