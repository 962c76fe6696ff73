import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { Upstream, type ServiceName } from './upstream.js';

const passedOn = ['authorization', 'if-match', 'if-none-match', 'idempotency-key', 'x-request-id'] as const;
const passedBack = ['etag', 'content-type', 'location', 'retry-after'] as const;

/** Hands a request on as it is, and the service's answer back as it is; neither is for any cache. */
export async function forward(
  upstream: Upstream,
  service: ServiceName,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  const headers = Object.fromEntries(
    passedOn.map((name) => [name, request.headers[name] as string | undefined]),
  );
  const answer = await upstream.call(service, path, {
    method: request.method as Dispatcher.HttpMethod,
    headers: { ...headers, 'x-request-id': request.id, ...extra },
    body: request.body ?? undefined,
  });
  for (const name of passedBack) {
    const value = answer.headers[name];
    if (value !== undefined) reply.header(name, value);
  }
  reply.status(answer.status).header('cache-control', 'no-store').send(answer.text);
}
