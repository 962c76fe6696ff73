import type { FastifyRequest } from 'fastify';
import type { Sent } from './load-page.js';

/** Seconds within which the browser follows the redirect after a form. */
const SENT_FOR = 5;

/** The value of one of our two cookies; undefined if missing or malformed. */
export function cookieOf(
  { headers }: Pick<FastifyRequest, 'headers'>,
  name: 'reader' | 'sent',
): string | undefined {
  return new RegExp(`(?:^|;\\s*)${name}=([\\w.-]{1,200})(?:;|$)`).exec(headers.cookie ?? '')?.[1];
}

/** Makes the article's page confirm the form that was just sent. */
export const sentCookie = (slug: string, sent: Sent): string =>
  `sent=${sent}; Path=/a/${slug}; Max-Age=${SENT_FOR}; HttpOnly; SameSite=Lax`;
