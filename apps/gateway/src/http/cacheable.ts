import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../caching/micro-cache.js';
import { admitLarge } from './admit-large.js';

/** Bytes that are ready to send, with their entity tag. */
export interface Cacheable extends Answer {
  readonly type: string;
  readonly etag: string;
  /** The time of the last change as an HTTP date, if known. */
  readonly lastModified?: string;
  /** Keys by which a CDN can purge it. */
  readonly surrogateKeys: readonly string[];
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** @param answer a value to send as JSON, or bytes to send as they are. */
export function cacheable(
  answer: unknown,
  surrogateKeys: readonly string[],
  {
    type = JSON_TYPE,
    ...about
  }: Partial<Pick<Cacheable, 'type' | 'lastModified' | 'articleId' | 'checkedAt'>> = {},
): Cacheable {
  const bytes = Buffer.isBuffer(answer) ? answer : Buffer.from(JSON.stringify(answer));
  const etag = `"${createHash('sha1').update(bytes).digest('base64url')}"`;
  return { bytes, type, etag, surrogateKeys, ...about };
}

/**
 * One second in shared caches, and never stale after that (`s-maxage` forbids it). The gateway itself drops a retracted
 * text within tenths of a second, so it is gone from shared caches within two seconds.
 */
export const CACHE_CONTROL = 'public, max-age=0, s-maxage=1';
/** RFC 9211. */
const STALE = 'newsroom; hit; detail=stale';

/** Makes shared caches store answers with and without a token separately (RFC 9110, 12.5.5). */
export const variesBySubscription = (reply: FastifyReply): void => void reply.header('vary', 'authorization');

/**
 * Answers a public GET, with 304 when the client's copy is up to date (RFC 9110, 13.1.2 and 13.1.3).
 * @throws Busy when too many bytes of large answers are in transit to slow clients.
 */
export function sendCacheable(request: FastifyRequest, reply: FastifyReply, answer: Cacheable) {
  const { bytes, type, etag, lastModified, surrogateKeys, isStale } = answer;
  const has = isKnown(request, etag, lastModified);
  if (!has) admitLarge(bytes, reply.raw);
  reply.headers({ etag, 'cache-control': CACHE_CONTROL, 'surrogate-key': surrogateKeys.join(' ') });
  if (lastModified) reply.header('last-modified', lastModified);
  if (isStale) reply.header('cache-status', STALE);
  if (has) return reply.status(304).send();
  return reply.type(type).send(bytes);
}

/**
 * The entity tag decides; without one, the date does. The date must be equal, not just later, since the retraction of the
 * newest article makes it earlier.
 */
function isKnown({ headers }: FastifyRequest, etag: string, lastModified: string | undefined): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    const known = tags.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return known.some((tag) => tag === etag || tag === '*');
  }
  return lastModified !== undefined && headers['if-modified-since'] === lastModified;
}
