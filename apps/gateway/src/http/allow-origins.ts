import type { FastifyInstance } from 'fastify';
import { isAllowedOrigin, type Origins } from '#http';

/** CORS: https://fetch.spec.whatwg.org/#http-cors-protocol */

const EXPOSED = 'etag, location, retry-after, cache-status, x-request-id';
const preflightHeaders = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, idempotency-key, if-match, if-none-match, traceparent, x-request-id',
  'access-control-max-age': '600',
};

interface Request {
  readonly method: string;
  readonly path: string;
  readonly origin: string | undefined;
}

/**
 * Pages of any origin may read public answers, without cookies. The header is then the same for every origin, so shared
 * caches need not vary by it. Changes, cookies and the editorial API are for the site and the allowed origins.
 */
export function corsHeaders({ method, path, origin }: Request, origins: Origins): Record<string, string> {
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead && !path.startsWith('/v1/editorial')) {
    return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };
  }
  if (origin === undefined || !isAllowedOrigin(origin, origins)) return { vary: 'origin' };
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': EXPOSED,
    vary: 'origin',
  };
}

/** Adds CORS headers to every answer, and answers preflight requests. */
export function allowOrigins(server: FastifyInstance, origins: Origins): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { method, url: path, headers } = request;
    const wanted = method === 'OPTIONS' ? headers['access-control-request-method'] : method;
    reply.headers(corsHeaders({ method: wanted ?? '', path, origin: headers.origin }, origins));
    done();
  });
  server.options('*', (_request, reply) => {
    if (reply.hasHeader('access-control-allow-origin')) reply.headers(preflightHeaders);
    void reply.status(204).send();
  });
}
