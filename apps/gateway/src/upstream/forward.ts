import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { clientSignal } from '#http';
import type { Lane } from './lanes.js';
import type { ServiceName } from './service-name.js';
import type { Upstream } from './upstream.js';

const requestHeaders = [
  'authorization',
  'if-match',
  'if-none-match',
  'idempotency-key',
  'x-request-id',
] as const;
const responseHeaders = ['etag', 'content-type', 'location', 'retry-after'] as const;

interface Target {
  readonly lane: Lane;
  readonly service: ServiceName;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Forwards a request to a service and its answer to the client, without any cache. */
export async function forward(
  upstream: Upstream,
  { lane, service, path, headers }: Target,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const forwarded = Object.fromEntries(
    requestHeaders.map((name) => [name, request.headers[name] as string | undefined]),
  );
  const answer = await upstream.call(service, path, {
    method: request.method as Dispatcher.HttpMethod,
    headers: { ...forwarded, 'x-request-id': request.id, ...headers },
    body: request.body ?? undefined,
    lane,
    signal: clientSignal(reply),
  });
  for (const name of responseHeaders) {
    const value = answer.headers[name];
    if (value !== undefined) reply.header(name, value);
  }
  reply.status(answer.status).header('cache-control', 'no-store').send(answer.bytes);
}
