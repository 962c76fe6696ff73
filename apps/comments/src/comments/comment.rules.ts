import { refuse } from '../problems.js';
import type { Comment } from './comment.entity.js';
import type { OpenThread, Thread } from './thread.entity.js';

/** Decisions about comments: state in, decision out. */

/** The longest stored comment, in UTF-16 code units. */
export const LONGEST = 2_000;
/** The longest text as typed: NFC composition turns up to four code units into one. */
export const LONGEST_AS_TYPED = 4 * LONGEST;

/** Milliseconds within which the same text from the same reader is refused. */
export const REPEATED_WITHIN = 10 * 60 * 1000;

/**
 * A reader's text as it is stored: NFC, trimmed, without bidirectional and other control characters except line breaks,
 * with at most one empty line in a row.
 * @param text well-formed. @throws Refused `comment.empty`, `comment.too-long`.
 */
export function cleanText(text: string): string {
  const clean = text
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, (c) => (c === '\n' ? c : ''))
    .normalize('NFC')
    .replace(/[^\S\n]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(clean)) throw refuse('comment.empty');
  // Composing can make a text longer (U+FB2C becomes three characters).
  if (clean.length > LONGEST) throw refuse('comment.too-long');
  return clean;
}

/** The input of `decide`, loaded by `factsAbout`. */
export interface CommentFacts {
  readonly thread: Thread | null;
  /** The comment it replies to: undefined if it is not a reply, null if that comment does not exist. */
  readonly parent: Comment | null | undefined;
  /** Whether the reader posted the same text under this article within `REPEATED_WITHIN`. */
  readonly isRepeated: boolean;
}

/** The decision about a new comment, with the facts it has established. */
export interface Verdict {
  readonly verdict: 'publish';
  readonly thread: OpenThread;
  /** The top-level comment of its conversation; null when it starts one. */
  readonly parentId: string | null;
}

/**
 * Decides about a new comment. No other code decides whether it is published.
 * @throws Refused `comments.closed`, `comment.unknown-parent`, `comment.repeated`.
 */
export function decide({ thread, parent, isRepeated }: CommentFacts): Verdict {
  if (!isOpen(thread)) throw refuse('comments.closed');
  const parentId = parent === undefined ? null : conversationOf(parent, thread);
  if (isRepeated) throw refuse('comment.repeated');
  return { verdict: 'publish', thread, parentId };
}

const isOpen = (thread: Thread | null): thread is OpenThread => thread?.open === true;

/** A reply to a reply joins the same conversation. @throws Refused `comment.unknown-parent`. */
function conversationOf(parent: Comment | null, { articleId }: OpenThread): string {
  if (parent?.articleId !== articleId || parent.state !== 'published') throw refuse('comment.unknown-parent');
  return parent.parentId ?? parent.id;
}

type Removal = Pick<Comment, 'removedAt' | 'removedBy' | 'removalReason'> & { readonly state: 'removed' };

/** Hides a comment from readers. @returns undefined when it is already removed. */
export function remove(comment: Comment, reason: string, by: string, now: Date): Removal | undefined {
  if (comment.state === 'removed') return undefined;
  return { state: 'removed', removedAt: now, removedBy: by, removalReason: reason };
}
