import { In, type EntityManager } from 'typeorm';
import { Comment } from './comment.entity.js';
import { REPEATED_WITHIN } from './comment.rules.js';
import type { Post, PostFacts } from './posting.rules.js';
import type { Thread } from './thread.entity.js';

interface Row {
  readonly earlier: string | null;
  readonly repeated: true | null;
  readonly number: number | null;
}

/** Loads the facts about posts under one article, in the order of `posts`, with two statements. */
export async function factsAbout(
  tx: EntityManager,
  { articleId, thread }: { articleId: string; thread: Thread | null },
  posts: readonly Post[],
  now: Date,
): Promise<PostFacts[]> {
  const since = new Date(now.getTime() - REPEATED_WITHIN);
  // Subqueries with one row each, because a join may be planned as a scan of the whole article.
  const rows = await tx.sql<Row[]>`
    SELECT
      (SELECT id FROM comment WHERE comment.reader = post.reader AND idempotency_key = post.key LIMIT 1) AS earlier,
      (SELECT true FROM comment WHERE article_id = ${articleId} AND comment.reader = post.reader
         AND created_at > ${since} AND comment.text = post.text LIMIT 1) AS repeated,
      (SELECT number FROM alias WHERE article_id = ${articleId} AND alias.reader = post.reader LIMIT 1) AS number
    FROM unnest(
      ${posts.map(({ reader }) => reader)}::text[],
      ${posts.map(({ text }) => text)}::text[],
      ${posts.map(({ idempotencyKey }) => idempotencyKey ?? null)}::text[]
    ) WITH ORDINALITY AS post (reader, text, key, position)
    ORDER BY position`;
  const comments = await commentsById(tx, [
    ...rows.map(({ earlier }) => earlier),
    ...posts.map(({ replyTo }) => replyTo),
  ]);
  const find = (id: string | null): Comment | null => (id && comments.get(id)) || null;
  return posts.map((post, i) => {
    const { earlier, repeated, number } = rows[i]!;
    return {
      post,
      thread,
      parent: post.replyTo === undefined ? undefined : find(post.replyTo),
      isRepeated: repeated !== null,
      earlier: find(earlier),
      number,
    };
  });
}

async function commentsById(
  tx: EntityManager,
  ids: readonly (string | null | undefined)[],
): Promise<Map<string, Comment>> {
  const wanted = [...new Set(ids)].filter((id) => typeof id === 'string');
  if (wanted.length === 0) return new Map();
  const found = await tx.findBy(Comment, { id: In(wanted) });
  return new Map(found.map((comment) => [comment.id, comment]));
}

/** Inserts comments with one statement. */
export async function insertComments(tx: EntityManager, comments: readonly Comment[]): Promise<void> {
  await tx.sql`
    INSERT INTO comment (id, article_id, parent_id, reader, alias, text, state, idempotency_key, created_at)
    SELECT * FROM unnest(
      ${comments.map(({ id }) => id)}::uuid[],
      ${comments.map(({ articleId }) => articleId)}::uuid[],
      ${comments.map(({ parentId }) => parentId)}::uuid[],
      ${comments.map(({ reader }) => reader)}::text[],
      ${comments.map(({ alias }) => alias)}::text[],
      ${comments.map(({ text }) => text)}::text[],
      ${comments.map(({ state }) => state)}::text[],
      ${comments.map(({ idempotencyKey }) => idempotencyKey)}::text[],
      ${comments.map(({ createdAt }) => createdAt)}::timestamptz[])`;
}
