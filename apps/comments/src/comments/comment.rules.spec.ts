import { describe, expect, it } from '@jest/globals';
import type { Comment } from './comment.entity.js';
import { accept, cleanText } from './comment.rules.js';
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

const refusal = (code: string) => expect.objectContaining({ code });

describe('the text of a comment', () => {
  it.each([
    ['keeps what is harmless', 'Grüezi 🙂 <b>mitenand</b>', 'Grüezi 🙂 <b>mitenand</b>'],
    ['loses control characters', 'a\u0000b\u001bc\u007f', 'abc'],
    ['loses marks that turn writing around', 'abc\u202edcba\u2066x', 'abcdcbax'],
    ['keeps its lines, with one empty line at most', 'eins\r\n\r\n\r\n\r\nzwei  \n', 'eins\n\nzwei'],
  ])('%s', (_what, typed, stored) => {
    expect(cleanText(typed)).toBe(stored);
  });

  it.each(['', ' \n\t', '\u200b\u2060', '\u0000'])(
    'is refused when nothing of it can be seen: %j',
    (typed) => {
      expect(() => cleanText(typed)).toThrow(refusal('comment.empty'));
    },
  );

  it('is refused when composing its characters makes it too long', () => {
    expect(cleanText('\ufb2c'.repeat(666))).toHaveLength(1_998);
    expect(() => cleanText('\ufb2c'.repeat(667))).toThrow(refusal('comment.too-long'));
  });
});

describe('a comment', () => {
  it('is taken under an open article', () => {
    expect(accept(thread, undefined)).toEqual({ parentId: null });
  });

  it.each([null, { ...thread, open: false }])(
    'is refused under an article that is unknown or closed',
    (closed) => {
      expect(() => accept(closed, undefined)).toThrow(refusal('comments.closed'));
    },
  );

  it('that replies to a reply joins its conversation', () => {
    expect(accept(thread, aComment({ id: 'reply', parentId: 'first' }))).toEqual({ parentId: 'first' });
  });

  it.each([
    ['is not there', null],
    ['was removed', aComment({ state: 'removed' })],
    ['stands under another article', aComment({ articleId: 'other' })],
  ])('is refused as a reply to one that %s', (_what, parent) => {
    expect(() => accept(thread, parent)).toThrow(refusal('comment.unknown-parent'));
  });
});
