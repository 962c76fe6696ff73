import { refuse } from '../problems.js';
import type { Comment } from './comment.entity.js';
import type { Thread } from './thread.entity.js';

/** Decisions about comments: state in, decision out. */

/** Milliseconds within which the same text from the same reader counts as sent twice. */
export const REPEATED_WITHIN = 10 * 60 * 1000;

/**
 * A reader's text as it is stored: without control characters (line breaks excepted), without the marks that turn
 * the direction of writing around, lines and ends trimmed, at most one empty line in a row.
 * @throws Refused `comment.empty`.
 */
export function cleanText(text: string): string {
  const clean = text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, (c) => (c === '\n' ? c : ''))
    .replace(/[^\S\n]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(clean)) throw refuse('comment.empty');
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

/** The first number to try for an alias: from 1000 to 9999, out of the reader's pseudonym. */
export const aliasNumber = (pseudonym: string): number =>
  1_000 + (Buffer.from(pseudonym, 'base64url').readUInt32BE(0) % 9_000);

export const aliasOf = (number: number): string => `User #${number}`;
