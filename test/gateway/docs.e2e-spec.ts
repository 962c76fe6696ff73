import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeService, newsroom } from './fake-service.js';
import { GatewayUnderTest, upstreams } from './gateway-under-test.js';

describe('the documentation of the API', () => {
  let services: FakeService;
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    services = await FakeService.start(newsroom());
    gateway = await GatewayUnderTest.start(upstreams(services));
  });
  afterAll(async () => {
    await gateway.stop();
    await services.stop();
  });

  it('is the committed OpenAPI document, with an ETag', async () => {
    const { status, text, headers } = await gateway.get('/v1/openapi.json');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual(JSON.parse(await readFile('libs/api/openapi.json', 'utf8')));
    const again = await gateway.call('GET', '/v1/openapi.json', {
      headers: { 'if-none-match': headers.get('etag')! },
    });
    expect(again.status).toBe(304);
  });

  it('can be read and tried in a browser, which loads nothing from elsewhere', async () => {
    const { status, text, headers } = await gateway.get('/docs/');
    expect([status, text.includes('swagger-ui')]).toEqual([200, true]);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).not.toMatch(/https?:/);
  });

  it('says what each problem code means at the address that a problem names as its type', async () => {
    const refused = await gateway.get('/v1/nothing-here');
    const { type, code } = refused.body as { type: string; code: string };
    expect(await gateway.get(type)).toMatchObject({ status: 200, body: { code, status: 404 } });
    expect((await gateway.get('/problems/constructor')).status).toBe(404);
    expect((await gateway.get('/problems')).body).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ code: 'poll.busy', status: 503 })]),
    });
  });
});
