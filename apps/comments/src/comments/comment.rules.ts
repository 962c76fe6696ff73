import { refuse } from '../problems.js';
import type { Comment } from './comment.entity.js';
import type { Thread } from './thread.entity.js';

/** Decisions about comments: state in, decision out. */

/** Characters (UTF-16 code units) of a comment as it is stored. */
export const LONGEST = 2_000;
/** Of one that may become so short: NFC makes up to four characters into one. */
export const LONGEST_AS_TYPED = 4 * LONGEST;

/** Milliseconds within which the same text from the same reader counts as sent twice. */
export const REPEATED_WITHIN = 10 * 60 * 1000;

/**
 * A reader's text as it is stored: composed (NFC), without control characters (line breaks excepted), without the marks
 * that turn the direction of writing around, lines and ends trimmed, at most one empty line in a row.
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

/** @throws Refused `comments.closed`, `comment.unknown-parent`. */
export function accept(
  thread: Thread | null,
  parent: Comment | null | undefined,
): { parentId: string | null } {
  if (!thread?.open) throw refuse('comments.closed');
  if (parent === undefined) return { parentId: null };
  if (!parent || parent.articleId !== thread.articleId || parent.state !== 'published') {
    throw refuse('comment.unknown-parent');
  }
  // A reply to a reply joins the same conversation.
  return { parentId: parent.parentId ?? parent.id };
}
