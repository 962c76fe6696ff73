import { describe, expect, it } from '@jest/globals';
import type { Comment } from './comment.entity.js';
import { decideBatch, type PostFacts } from './posting.rules.js';
import type { Thread } from './thread.entity.js';

const thread = { articleId: 'article', open: true } as Thread;
const aPost = (
  reader: string,
  text: string,
  { key, ...facts }: Partial<PostFacts> & { key?: string } = {},
): PostFacts => ({
  post: { reader, text, idempotencyKey: key },
  thread,
  parent: undefined,
  isRepeated: false,
  earlier: null,
  number: null,
  ...facts,
});
const publication = (post: PostFacts) => ({
  accepted: { ...post.post, verdict: 'publish', thread, parentId: null, number: post.number },
});
const refused = (code: string) => ({ refused: expect.objectContaining({ code }) });

describe('posts that are decided together', () => {
  it('are accepted in order, each with the number of its reader', () => {
    const posts = [aPost('a', 'Eins', { number: 4529 }), aPost('b', 'Zwei')];
    expect(decideBatch(posts)).toEqual(posts.map(publication));
  });

  it('are refused individually, and the others are accepted', () => {
    const good = aPost('a', 'Gut');
    const decisions = decideBatch([aPost('b', 'Ins Leere', { parent: null }), good]);
    expect(decisions).toEqual([refused('comment.unknown-parent'), publication(good)]);
  });

  it('are all refused when the article is closed', () => {
    const closed = { thread: { ...thread, open: false } };
    const decisions = decideBatch([aPost('a', 'Eins', closed), aPost('b', 'Zwei', closed)]);
    expect(decisions).toEqual([refused('comments.closed'), refused('comments.closed')]);
  });

  it('become one comment when they have the same reader and Idempotency-Key', () => {
    const [first, again] = decideBatch([aPost('a', 'Eins', { key: 'k' }), aPost('a', 'Eins', { key: 'k' })]);
    expect(first).toHaveProperty('accepted');
    expect((again as { accepted: object }).accepted).toBe((first as { accepted: object }).accepted);
  });

  it('become different comments when different readers use the same Idempotency-Key', () => {
    const posts = [aPost('a', 'Eins', { key: 'k' }), aPost('b', 'Eins', { key: 'k' })];
    expect(decideBatch(posts)).toEqual(posts.map(publication));
  });

  it('are accepted once when a reader repeats a text', () => {
    const first = aPost('a', 'Eins');
    const decisions = decideBatch([first, aPost('a', 'Eins')]);
    expect(decisions).toEqual([publication(first), refused('comment.repeated')]);
  });

  it('return the comment of an earlier request with the same key, even if the article has closed since', () => {
    const earlier = { id: 'earlier' } as Comment;
    const closed = { thread: { ...thread, open: false } };
    expect(decideBatch([aPost('a', 'Eins', { key: 'k', earlier, ...closed })])).toEqual([
      { result: earlier },
    ]);
  });
});
