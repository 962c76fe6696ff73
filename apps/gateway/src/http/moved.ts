import type { FastifyReply } from 'fastify';
import { Refused } from '#platform';

/** Where something was moved to, as the service that keeps it says. */
export interface Moved {
  readonly slug: string;
  /** Of a term. */
  readonly kind?: string;
}

/**
 * Runs `answer`; what it finds moved is answered with 301 and the address that `to` makes of the slug it has now.
 * @throws what `answer` throws otherwise.
 */
export async function leadingOn(
  reply: FastifyReply,
  to: (moved: Moved) => string,
  answer: () => Promise<void>,
): Promise<void> {
  try {
    await answer();
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 301) throw error;
    reply
      .status(301)
      .header('location', to(error.details as unknown as Moved))
      .send();
  }
}
