import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { admitLarge } from './large-answers.js';

/** Bytes that are ready to send, with the tag that tells whether a client has them already. */
export interface Cacheable {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
  /** An HTTP date; the time of the last change, where one is known. */
  readonly lastModified?: string;
  /** What a CDN may purge it by. */
  readonly surrogateKeys: readonly string[];
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** @param answer a value to send as JSON, or bytes to send as they are. */
export function cacheable(
  answer: unknown,
  surrogateKeys: readonly string[],
  { type = JSON_TYPE, lastModified }: { type?: string; lastModified?: string } = {},
): Cacheable {
  const bytes = Buffer.isBuffer(answer) ? answer : Buffer.from(JSON.stringify(answer));
  const etag = `"${createHash('sha1').update(bytes).digest('base64url')}"`;
  return { bytes, type, etag, surrogateKeys, ...(lastModified && { lastModified }) };
}

/**
 * A second in shared caches and one more behind a refresh: a retracted text is gone everywhere within two, and breaking
 * news there as soon.
 */
const CACHE_CONTROL = 'public, max-age=0, s-maxage=1, stale-while-revalidate=1';

/** Tells shared caches that a request with a token gets another answer than one without (RFC 9110, 12.5.5). */
export const variesBySubscription = (reply: FastifyReply): void => void reply.header('vary', 'authorization');

/**
 * Answers a public GET, with 304 when the client's copy is still right (RFC 9110, 13.1.2 and 13.1.3).
 * @throws Busy when too many large answers are on their way to slow clients.
 */
export function sendCacheable(request: FastifyRequest, reply: FastifyReply, answer: Cacheable) {
  const { bytes, type, etag, lastModified, surrogateKeys } = answer;
  const has = isKnown(request, etag, lastModified);
  if (!has) admitLarge(bytes, reply.raw);
  reply.headers({ etag, 'cache-control': CACHE_CONTROL, 'surrogate-key': surrogateKeys.join(' ') });
  if (lastModified) reply.header('last-modified', lastModified);
  if (has) return reply.status(304).send();
  return reply.type(type).send(bytes);
}

/**
 * The tag decides; the date does only where the client names no tag, and only as the very one that was sent: a
 * retraction can take the newest article away, and with it the latest date.
 */
function isKnown({ headers }: FastifyRequest, etag: string, lastModified: string | undefined): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    const known = tags.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return known.some((tag) => tag === etag || tag === '*');
  }
  return lastModified !== undefined && headers['if-modified-since'] === lastModified;
}
