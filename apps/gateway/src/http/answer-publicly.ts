import type { FastifyReply } from 'fastify';
import { Refused } from '#http';
import { CACHE_CONTROL } from './cacheable.js';

/** The current slug of an article or a term, from the details of the service's refusal. */
export interface Moved {
  readonly slug: string;
  /** Of a term: `section`, `topic`, `place` or `author`. */
  readonly kind?: string;
}

/** Statuses of refusals that are the same for everyone, so that shared caches may keep them like other public answers. */
const CACHEABLE = [301, 404, 410];

/**
 * Runs `answer`. When the article or term has a new slug, redirects (301) to the address that `to` returns. Shared
 * caches may keep redirects, 404 and 410 as long as any public answer.
 * @throws what `answer` throws otherwise.
 */
export async function answerPublicly(
  reply: FastifyReply,
  answer: () => Promise<void>,
  to?: (moved: Moved) => string,
): Promise<void> {
  try {
    await answer();
  } catch (error) {
    if (!(error instanceof Refused) || !CACHEABLE.includes(error.status)) throw error;
    reply.headers({ 'cache-control': CACHE_CONTROL, 'surrogate-key': surrogateKeyOf(error) });
    if (error.status !== 301 || !to) throw error;
    reply
      .status(301)
      .header('location', to(error.details as unknown as Moved))
      .send();
  }
}

function surrogateKeyOf({ code, details }: Refused): string {
  if (typeof details['id'] === 'string') return `article/${details['id']}`;
  return code.startsWith('term.') ? 'lists' : 'unknown';
}
