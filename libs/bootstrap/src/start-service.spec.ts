import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { z } from 'zod';
import { issueToken, createSecrets } from '#embedded';
import { CurrentActor, ForAnyone, ForReaders, ForRoles, ReaderId, ReaderTokens, refusals } from '#http';
import { type Actor, readerSettings, serverSettings } from '#platform';
import { testAuth, type TestAuth } from '#testing';
import { defineService } from './service-definition.js';
import { startService, type RunningService } from './start-service.js';

const refuse = refusals({ 'ferry.full': [409, 'The ferry is full.'] });
const Ticket = z.strictObject({ name: z.string().min(1), seats: z.array(z.strictObject({ row: z.int() })) });

@Controller()
class FerryController {
  @Get('undeclared')
  undeclared(): string {
    return 'nobody may see this';
  }

  @Get('open')
  @ForAnyone()
  open(): string {
    return 'welcome';
  }

  @Get('crew')
  @ForRoles('editor')
  crew(@CurrentActor() by: Actor): Actor {
    return by;
  }

  @Get('me')
  @ForReaders()
  me(@ReaderId() id: string): { id: string } {
    return { id };
  }

  @Post('tickets')
  @ForAnyone()
  buy(@Body({ schema: Ticket }) ticket: z.infer<typeof Ticket>): z.infer<typeof Ticket> {
    return ticket;
  }

  @Get('full')
  @ForAnyone()
  full(): never {
    throw refuse('ferry.full', { seats: 0 });
  }

  @Get('bug')
  @ForAnyone()
  bug(): never {
    throw new Error('secret of the inside');
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

@Module({ controllers: [FerryController] })
class FerryModule {}

const ferry = defineService({
  name: 'ferry',
  settings: { ...serverSettings('ferry', 0), ...readerSettings },
  module: FerryModule,
});

describe('a service', () => {
  let auth: TestAuth;
  let service: RunningService;

  beforeAll(async () => {
    auth = await testAuth();
    service = await startService(ferry, { env: { ...auth.env, LOG_LEVEL: 'silent' } });
  });

  afterAll(async () => {
    await service.stop();
  });

  const get = async (path: string, headers: Record<string, string> = {}, body?: string) => {
    const method = body === undefined ? 'GET' : 'POST';
    const response = await fetch(service.url + path, { method, headers, body });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      problem: text.startsWith('{') ? JSON.parse(text) : {},
    };
  };
  const json = { 'content-type': 'application/json' };

  it('refuses a route without a declared audience', async () => {
    expect(await get('/undeclared')).toMatchObject({ status: 403, problem: { code: 'audience.undeclared' } });
  });

  it('lets anyone into a route for anyone', async () => {
    expect(await get('/open')).toMatchObject({ status: 200, text: 'welcome' });
  });

  it('recognizes the holder of a role by the bearer token', async () => {
    const { status, problem } = await get('/crew', bearer(await auth.token('editor')));
    expect({ status, roles: problem.roles }).toEqual({ status: 200, roles: ['editor'] });
  });

  it('refuses a token with another role', async () => {
    expect(await get('/crew', bearer(await auth.token('sales')))).toMatchObject({ status: 403 });
  });

  it('refuses a token of another issuer, an unsigned one, and none', async () => {
    const { signingKey } = await createSecrets();
    const foreign = await issueToken(signingKey, { subject: 'x', roles: ['editor'], hours: 1 });
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"x","roles":["editor"]}').toString('base64url')}.`;
    const statuses = [get('/crew', bearer(foreign)), get('/crew', bearer(unsigned)), get('/crew')].map(
      async (answer) => (await answer).status,
    );
    expect(await Promise.all(statuses)).toEqual([401, 401, 401]);
  });

  it('recognizes a reader by the token of the gateway, and refuses a forged one', async () => {
    const token = new ReaderTokens(auth.env.READER_KEY).issue();
    expect((await get('/me', { 'x-reader': token })).problem).toEqual({ id: token.split('.')[0] });
    const forged = new ReaderTokens('another key of the same length....').issue();
    expect((await get('/me', { 'x-reader': forged })).status).toBe(401);
  });

  it('lists every error in a body by JSON pointer', async () => {
    const { status, headers, problem } = await get(
      '/tickets',
      json,
      '{"name":"","seats":[{"row":"x"}],"colour":1}',
    );
    expect({ status, type: headers.get('content-type') }).toEqual({
      status: 422,
      type: 'application/problem+json; charset=utf-8',
    });
    const pointers = problem.errors.map((error: { pointer: string }) => error.pointer);
    expect(new Set(pointers)).toEqual(new Set(['/name', '/seats/0/row', '']));
  });

  it.each([
    ['broken JSON', '{"name":', 400],
    ['a body that is too large', JSON.stringify({ name: 'x'.repeat(600_000) }), 413],
  ])('answers %s with a problem', async (_what, body, status) => {
    expect(await get('/tickets', json, body)).toMatchObject({ status, problem: { status } });
  });

  it('answers a refusal with its code and details', async () => {
    expect(await get('/full')).toMatchObject({
      status: 409,
      problem: { code: 'ferry.full', title: 'The ferry is full.', seats: 0 },
    });
  });

  it('reveals nothing internal when something breaks', async () => {
    const { status, text } = await get('/bug');
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
  });

  it.each(['/health/live', '/health/ready', '/metrics'])(
    'does not serve %s on the port of its routes',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 404 });
      expect((await fetch(service.operationsUrl + path)).status).toBe(200);
    },
  );

  it('counts requests by route', async () => {
    await get('/open');
    expect(await (await fetch(`${service.operationsUrl}/metrics`)).text()).toContain(
      'http_request_duration_seconds_count{service="ferry",method="GET",route="/open"',
    );
  });

  it('returns the request id of the client, and creates one where it is missing or malformed', async () => {
    expect((await get('/open', { 'x-request-id': 'given-by-client' })).headers.get('x-request-id')).toBe(
      'given-by-client',
    );
    expect((await get('/open', { 'x-request-id': 'bad id\tx' })).headers.get('x-request-id')).toMatch(
      /^[\da-f-]{36}$/,
    );
  });
});

describe('a service on Kubernetes', () => {
  it('ignores the variable that a Service of its own name sets for its port', async () => {
    const { env } = await testAuth();
    const link = { FERRY_PORT: 'tcp://10.96.140.244:3001', OPERATIONS_PORT: 'tcp://10.96.140.244:9090' };
    const service = await startService(ferry, { env: { ...env, LOG_LEVEL: 'silent', ...link } });
    expect((await fetch(`${service.url}/open`)).status).toBe(200);
    await service.stop();
  });
});

describe('a service whose port is in use', () => {
  it('fails with one line that names the variable to change', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const { env } = await testAuth();
    const start = startService(ferry, { env: { ...env, LOG_LEVEL: 'silent', FERRY_PORT: String(port) } });
    await expect(start).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use. Set FERRY_PORT to a free one.`);
    await new Promise((resolve) => holder.close(resolve));
  });
});
