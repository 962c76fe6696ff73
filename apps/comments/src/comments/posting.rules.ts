import { Refused } from '#http';
import { refuse } from '../problems.js';
import type { Comment } from './comment.entity.js';
import { accept } from './comment.rules.js';
import type { Thread } from './thread.entity.js';

/** What a reader posts under an article, on its way to become a comment. */
export interface Post {
  /** Clean. */
  readonly text: string;
  /** Pseudonym under this article. */
  readonly reader: string;
  /** The comment it replies to. */
  readonly replyTo?: string;
  readonly idempotencyKey?: string;
  readonly traceparent?: string;
}

/** What is stored already and matters to a post. */
export interface Known {
  /** The comment that the same request has become before. */
  readonly earlier: Comment | null;
  /** The same text of the same reader, within REPEATED_WITHIN. */
  readonly isRepeated: boolean;
  /** The comment it replies to; undefined when it replies to none. */
  readonly parent: Comment | null | undefined;
}

export type Verdict =
  | { readonly kind: 'new'; readonly post: Post; readonly parentId: string | null }
  | { readonly kind: 'earlier'; readonly comment: Comment }
  /** The same request as another one of the batch, which becomes a comment. */
  | { readonly kind: 'same'; readonly as: Post }
  | { readonly kind: 'refused'; readonly refused: Refused };

/** Decides about the posts of one article as if they had come one after the other. */
export function judge(
  thread: Thread | null,
  posts: readonly Post[],
  known: (post: Post) => Known,
): Verdict[] {
  const requests = new Map<string, Post>();
  const texts = new Set<string>();
  return posts.map((post): Verdict => {
    const { earlier, isRepeated, parent } = known(post);
    if (earlier) return { kind: 'earlier', comment: earlier };
    const request = post.idempotencyKey && `${post.reader} ${post.idempotencyKey}`;
    const as = request && requests.get(request);
    if (as) return { kind: 'same', as };
    try {
      const { parentId } = accept(thread, parent);
      const text = `${post.reader} ${post.text}`;
      if (isRepeated || texts.has(text)) throw refuse('comment.repeated');
      if (request) requests.set(request, post);
      texts.add(text);
      return { kind: 'new', post, parentId };
    } catch (refused) {
      if (refused instanceof Refused) return { kind: 'refused', refused };
      throw refused;
    }
  });
}
