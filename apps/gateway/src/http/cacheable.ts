import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Bytes that are ready to send, with the tag that tells whether a client has them already. */
export interface Cacheable {
  readonly bytes: Buffer;
  readonly etag: string;
  /** What a CDN may purge it by. */
  readonly surrogateKeys: readonly string[];
}

export function cacheable(answer: unknown, surrogateKeys: readonly string[]): Cacheable {
  const bytes = Buffer.from(JSON.stringify(answer));
  const etag = `"${createHash('sha1').update(bytes).digest('base64url')}"`;
  return { bytes, etag, surrogateKeys };
}

/** A second in shared caches, half a minute behind a refresh: short enough for breaking news and retractions. */
const CACHE_CONTROL = 'public, max-age=0, s-maxage=1, stale-while-revalidate=30';

/** Answers a public GET, with 304 when the client's copy is still right (RFC 9110, 13.1.2). */
export function sendCacheable(
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, etag, surrogateKeys }: Cacheable,
) {
  reply.headers({ etag, 'cache-control': CACHE_CONTROL, 'surrogate-key': surrogateKeys.join(' ') });
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.some((tag) => tag === etag || tag === '*')) return reply.status(304).send();
  return reply.type('application/json; charset=utf-8').send(bytes);
}
