import type { FastifyReply } from 'fastify';
import { Refused } from '#platform';
import { CACHE_CONTROL } from './cacheable.js';

/** Where something was moved to, as the service that keeps it says. */
export interface Moved {
  readonly slug: string;
  /** Of a term: `section`, `topic`, `place` or `author`. */
  readonly kind?: string;
}

/** Refusals that anybody would get, and that a shared cache may therefore keep like any other public answer. */
const CACHEABLE = [301, 404, 410];

/**
 * Runs `answer`. What it finds moved is answered with 301 and the address that `to` makes of the slug it has now; a
 * shared cache may keep that, and that something does not exist or is gone, as long as any public answer.
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
