import type { FastifyRequest } from 'fastify';
import type { Sent } from './load-page.js';

/** Seconds in which a redirect is followed. */
const SENT_FOR = 5;

/** The value of one of our own two cookies; anything that does not look like one is no value. */
export function cookieOf(
  { headers }: Pick<FastifyRequest, 'headers'>,
  name: 'reader' | 'sent',
): string | undefined {
  return new RegExp(`(?:^|;\\s*)${name}=([\\w.-]{1,200})(?:;|$)`).exec(headers.cookie ?? '')?.[1];
}

/** Tells the article's page, for a moment, that its reader just sent a form. */
export const sentCookie = (slug: string, sent: Sent): string =>
  `sent=${sent}; Path=/a/${slug}; Max-Age=${SENT_FOR}; HttpOnly; SameSite=Lax`;
