import { outcomeOf } from '#http';
import type { Outcome } from '#platform';
import type { Comment } from './comment.entity.js';
import { decide, type CommentFacts, type Verdict } from './comment.rules.js';

/** What a reader posts under an article, before it becomes a comment. */
export interface Post {
  /** As `cleanText` returns it. */
  readonly text: string;
  /** Pseudonym under this article. */
  readonly reader: string;
  /** The comment it replies to. */
  readonly replyTo?: string;
  readonly idempotencyKey?: string;
  readonly traceparent?: string;
}

/** A post and the stored facts about it. */
export interface PostFacts extends CommentFacts {
  readonly post: Post;
  /** The comment from an earlier request with the same Idempotency-Key. */
  readonly earlier: Comment | null;
  /** The reader's number under this article. */
  readonly number: number | null;
}

/** A post that becomes a comment. */
export type Accepted = Post & Verdict & Pick<PostFacts, 'number'>;

/** Requests of one reader with the same Idempotency-Key share one `accepted`. */
export type Decision = Outcome<Comment> | { readonly accepted: Accepted };

/** Deduplicates posts under one article and decides about them, as if they had arrived one after the other. */
export function decideBatch(batch: readonly PostFacts[]): Decision[] {
  const requests = new Map<string, Accepted>();
  const texts = new Set<string>();
  return batch.map((facts): Decision => {
    const { post, number, earlier } = facts;
    if (earlier) return { result: earlier };
    const request = post.idempotencyKey && `${post.reader} ${post.idempotencyKey}`;
    const same = request && requests.get(request);
    if (same) return { accepted: same };
    const text = `${post.reader} ${post.text}`;
    const outcome = outcomeOf(() => decide({ ...facts, isRepeated: facts.isRepeated || texts.has(text) }));
    if ('refused' in outcome) return outcome;
    const accepted = { ...post, ...outcome.result, number };
    if (request) requests.set(request, accepted);
    texts.add(text);
    return { accepted };
  });
}
