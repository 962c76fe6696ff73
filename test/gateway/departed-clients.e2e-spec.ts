import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anId, waitUntil } from '#testing';
import { FakeService, hang, newsroom, sendJson } from './fake-service.js';
import { GatewayUnderTest, upstreams } from './gateway-under-test.js';

describe('upstream calls whose clients have disconnected', () => {
  let services: FakeService;
  let gateway: GatewayUnderTest;
  beforeEach(async () => {
    services = await FakeService.start(hang);
    gateway = await GatewayUnderTest.start(upstreams(services));
  });
  afterEach(async () => {
    await gateway.stop();
    await services.stop();
  });

  it('are cancelled when the last client that waits for the answer disconnects', async () => {
    const path = `/v1/articles/${anId()}`;
    const [first, second] = [await gateway.depart('GET', path), await gateway.depart('GET', path)];
    await waitUntil(() => services.seen.length === 1);
    first.destroy();
    const third = await gateway.depart('GET', path);
    await waitUntil(async () => (await gateway.get('/v1/polls/x')).status === 422);
    expect(services.aborted).toBe(0);
    second.destroy();
    third.destroy();
    // Well before the deadline of 3 s.
    await waitUntil(() => services.aborted === 1, { within: 1_500 });
    expect(services.seen).toHaveLength(1);
  });

  it('do not affect the answer to the next client', async () => {
    const path = `/v1/articles/${anId()}/page`;
    const client = await gateway.depart('GET', path);
    await waitUntil(() => services.seen.length === 1);
    client.destroy();
    await waitUntil(() => services.aborted === 1, { within: 1_500 });
    services.answer = newsroom();
    expect((await gateway.get(path)).body).toMatchObject({
      article: { status: 'fresh' },
      comments: { status: 'fresh' },
    });
  });

  it('continue if they change something and have been sent', async () => {
    let finish: (() => void) | undefined;
    services.answer = (_request, response) => {
      finish = () => sendJson(response, { done: true });
    };
    const client = await gateway.depart('POST', `/v1/editorial/articles/${anId()}/publish`, 'editor');
    await waitUntil(() => finish);
    client.destroy();
    await waitUntil(async () => (await gateway.get('/v1/polls/x')).status === 422);
    expect(services.aborted).toBe(0);
    finish!();
    await waitUntil(() => services.seen.length === 1);
    expect(services.aborted).toBe(0);
  });

  it('are also cancelled at their deadline, while the client still waits', async () => {
    expect((await gateway.get(`/v1/articles/${anId()}`)).status).toBe(503);
    await waitUntil(() => services.aborted > 0);
    expect(services.aborted).toBe(1);
  });
});
