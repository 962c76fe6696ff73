import type { Page, Part } from '../gateway/answers.js';
import type { Gateway } from '../gateway/gateway.js';

/** What a reader just sent; the page must show it. */
export type Sent = 'comment' | 'vote';

interface Wish {
  /** The cursor of older comments than the page's own. */
  readonly olderThan?: string;
  readonly sent?: Sent;
}

/**
 * An article's page. The gateway holds pages for a moment, so whoever just commented or voted gets that part from
 * where it is never held.
 */
export async function loadPage(
  gateway: Gateway,
  slug: string,
  { olderThan, sent }: Wish = {},
): Promise<Page> {
  const page = await gateway.page(slug);
  const { id } = page.article.data;
  const pollId = page.poll.data?.id;
  const [comments, poll] = await Promise.all([
    olderThan || sent === 'comment'
      ? instead(gateway.comments(id, olderThan), olderThan ? unavailable : page.comments)
      : page.comments,
    pollId && sent === 'vote' ? instead(gateway.poll(pollId), page.poll) : page.poll,
  ]);
  return { ...page, comments, poll };
}

const unavailable = { status: 'unavailable', data: null } as const;

const instead = <T>(answer: Promise<T>, otherwise: Part<T>): Promise<Part<T>> =>
  answer.then((data) => ({ status: 'fresh', data }) as const).catch(() => otherwise);
