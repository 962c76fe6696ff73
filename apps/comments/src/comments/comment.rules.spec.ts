import { describe, expect, it } from '@jest/globals';
import type { Comment } from './comment.entity.js';
import { cleanText, decide, remove, type CommentFacts } from './comment.rules.js';
import type { Thread } from './thread.entity.js';

const thread: Thread = {
  articleId: 'article',
  articleVersion: 1,
  open: true,
  published: 0,
  rev: 0,
  aliases: 0,
};
const aComment = (overrides: Partial<Comment>): Comment =>
  ({ id: 'comment', articleId: 'article', parentId: null, state: 'published', ...overrides }) as Comment;

const facts = (overrides: Partial<CommentFacts> = {}): CommentFacts => ({
  thread,
  parent: undefined,
  isRepeated: false,
  ...overrides,
});

const refusal = (code: string) => expect.objectContaining({ code });

describe('the text of a comment', () => {
  it.each([
    ['keeps harmless characters', 'Grüezi 🙂 <b>mitenand</b>', 'Grüezi 🙂 <b>mitenand</b>'],
    ['loses control characters', 'a\u0000b\u001bc\u007f', 'abc'],
    ['loses bidirectional control characters', 'abc\u202edcba\u2066x', 'abcdcbax'],
    ['keeps its lines, with at most one empty line in a row', 'eins\r\n\r\n\r\n\r\nzwei  \n', 'eins\n\nzwei'],
  ])('%s', (_what, typed, stored) => {
    expect(cleanText(typed)).toBe(stored);
  });

  it.each(['', ' \n\t', '\u200b\u2060', '\u0000'])(
    'is refused when it has no visible character: %j',
    (typed) => {
      expect(() => cleanText(typed)).toThrow(refusal('comment.empty'));
    },
  );

  it('is refused when NFC composition makes it too long', () => {
    expect(cleanText('\ufb2c'.repeat(666))).toHaveLength(1_998);
    expect(() => cleanText('\ufb2c'.repeat(667))).toThrow(refusal('comment.too-long'));
  });
});

describe('a new comment', () => {
  it('is published under an open article', () => {
    expect(decide(facts())).toEqual({ verdict: 'publish', thread, parentId: null });
  });

  it.each([null, { ...thread, open: false }])(
    'is refused under an article that is unknown or closed',
    (closed) => {
      expect(() => decide(facts({ thread: closed }))).toThrow(refusal('comments.closed'));
    },
  );

  it('joins the same conversation as the reply that it answers', () => {
    const parent = aComment({ id: 'reply', parentId: 'first' });
    expect(decide(facts({ parent }))).toEqual({ verdict: 'publish', thread, parentId: 'first' });
  });

  it.each([
    ['does not exist', null],
    ['was removed', aComment({ state: 'removed' })],
    ['belongs to another article', aComment({ articleId: 'other' })],
  ])('is refused as a reply to a comment that %s', (_what, parent) => {
    expect(() => decide(facts({ parent }))).toThrow(refusal('comment.unknown-parent'));
  });

  it('is refused when its reader has just posted the same text', () => {
    expect(() => decide(facts({ isRepeated: true }))).toThrow(refusal('comment.repeated'));
  });
});

describe('removing a comment', () => {
  it('records who removed it, when and why', () => {
    const now = new Date('2026-11-02T09:00:00Z');
    expect(remove(aComment({}), 'Spam', 'moderator', now)).toEqual({
      state: 'removed',
      removedAt: now,
      removedBy: 'moderator',
      removalReason: 'Spam',
    });
  });

  it('changes nothing when it is already removed', () => {
    expect(remove(aComment({ state: 'removed' }), 'Spam', 'moderator', new Date())).toBeUndefined();
  });
});
