import type { Page, Part } from '../gateway/answers.js';
import type { Gateway } from '../gateway/gateway.js';

/** The form that the reader has just sent; the page must show its effect. */
export type Sent = 'comment' | 'vote';

interface LoadOptions {
  /** The cursor for comments that are older than those of the first page. */
  readonly olderThan?: string;
  readonly sent?: Sent;
}

/**
 * An article's page. The gateway caches pages for a moment, so a reader who has just commented or voted gets that part
 * from its own address, which the gateway does not cache.
 */
export async function loadPage(
  gateway: Gateway,
  slug: string,
  { olderThan, sent }: LoadOptions = {},
): Promise<Page> {
  const page = await gateway.page(slug);
  const { id } = page.article.data;
  const pollId = page.poll.data?.id;
  const [comments, poll] = await Promise.all([
    olderThan || sent === 'comment'
      ? orElse(gateway.comments(id, olderThan), olderThan ? unavailable : page.comments)
      : page.comments,
    pollId && sent === 'vote' ? orElse(gateway.poll(pollId), page.poll) : page.poll,
  ]);
  return { ...page, comments, poll };
}

const unavailable = { status: 'unavailable', data: null } as const;

const orElse = <T>(answer: Promise<T>, otherwise: Part<T>): Promise<Part<T>> =>
  answer.then((data) => ({ status: 'fresh', data }) as const).catch(() => otherwise);
