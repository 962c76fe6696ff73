import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createClient } from './client.js';
import { defineRoute } from './define-route.js';

const Thing = z.object({ id: z.string(), name: z.string() });
const getThing = defineRoute({
  method: 'GET',
  path: '/v1/client-things/{id}',
  summary: 'One thing.',
  audience: ['anyone'],
  params: z.object({ id: z.string() }),
  query: z.object({ limit: z.coerce.number<number | string>().default(3), word: z.string().optional() }),
  response: Thing,
});
const putThing = defineRoute({
  method: 'PUT',
  path: '/v1/client-things/{id}',
  summary: 'Changes it.',
  audience: ['editor'],
  params: z.object({ id: z.string() }),
  body: z.object({ name: z.string() }),
  ifMatch: 'required',
  idempotencyKey: true,
  response: Thing,
});
const removeThing = defineRoute({
  method: 'DELETE',
  path: '/v1/client-things/{id}',
  summary: 'Removes it.',
  audience: ['editor'],
  params: z.object({ id: z.string() }),
  response: null,
});

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe('the client of a contract', () => {
  let server: Server;
  let baseUrl: string;
  const received: Received[] = [];
  let answer: { status: number; body: string; headers?: Record<string, string> };

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const { method, url, headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      if (url?.includes('silent')) return;
      if (url === '/v1/client-things/former') {
        response.writeHead(301, { location: '/v1/client-things/present' }).end();
        return;
      }
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const client = () => createClient({ baseUrl, headers: { authorization: 'Bearer t' } });
  const aThing = { id: '1', name: 'n' };

  it('fills in path and query, and leaves out what is not given', async () => {
    answer = { status: 200, body: JSON.stringify(aThing) };
    const call = client();
    await expect(call(getThing, { params: { id: 'a/b' }, query: { limit: 5 } })).resolves.toEqual(aThing);
    expect(received.at(-1)).toMatchObject({
      method: 'GET',
      url: '/v1/client-things/a%2Fb?limit=5',
      body: '',
    });
    await call(getThing, { params: { id: '1' } });
    expect(received.at(-1)!.url).toBe('/v1/client-things/1');
  });

  it('sends the version, the idempotency key and the body that the contract names', async () => {
    answer = { status: 200, body: JSON.stringify(aThing) };
    await client()(putThing, { params: { id: '1' }, body: { name: 'n' }, ifMatch: 7, idempotencyKey: 'k' });
    expect(received.at(-1)).toMatchObject({
      method: 'PUT',
      headers: {
        authorization: 'Bearer t',
        'content-type': 'application/json',
        'if-match': '"7"',
        'idempotency-key': 'k',
      },
      body: '{"name":"n"}',
    });
  });

  it('drops members that the contract does not have, and refuses an answer that breaks it', async () => {
    answer = { status: 200, body: JSON.stringify({ ...aThing, secret: 1 }) };
    await expect(client()(getThing, { params: { id: '1' } })).resolves.toEqual(aThing);
    answer = { status: 200, body: '{"id":1}' };
    await expect(client()(getThing, { params: { id: '1' } })).rejects.toThrow(z.ZodError);
  });

  it('follows a redirect, and resolves to undefined if the contract has no response', async () => {
    answer = { status: 200, body: JSON.stringify(aThing) };
    await client()(getThing, { params: { id: 'former' } });
    expect(received.at(-1)!.url).toBe('/v1/client-things/present');
    answer = { status: 204, body: '' };
    await expect(client()(removeThing, { params: { id: '1' } })).resolves.toBeUndefined();
  });

  it('rejects with the problem that the server sent', async () => {
    const problem = {
      type: '/problems/thing.unknown',
      title: 'No.',
      status: 404,
      code: 'thing.unknown',
      at: 3,
    };
    answer = { status: 404, body: JSON.stringify(problem) };
    const call = client()(getThing, { params: { id: '1' } });
    await expect(call).rejects.toMatchObject({ name: 'CallRefused', status: 404, problem });
  });

  it('rejects with the status alone when a proxy has answered', async () => {
    answer = { status: 502, body: '<html>' };
    const call = client()(getThing, { params: { id: '1' } });
    await expect(call).rejects.toMatchObject({ status: 502, problem: { code: 'answer.no-problem' } });
  });

  it('gives up when there is no answer in time, or when the caller aborts', async () => {
    const impatient = createClient({ baseUrl, within: 50 });
    await expect(impatient(getThing, { params: { id: 'silent' } })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    const aborted = AbortSignal.abort();
    const call = client()(getThing, { params: { id: 'silent' } }, { signal: aborted });
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });
});
