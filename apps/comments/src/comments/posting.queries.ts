import { In, type EntityManager } from 'typeorm';
import { Comment } from './comment.entity.js';
import { REPEATED_WITHIN } from './comment.rules.js';
import type { Known, Post } from './posting.rules.js';

export interface KnownPost extends Known {
  /** The reader's number under this article. */
  readonly number: number | null;
}

interface Row {
  readonly earlier: string | null;
  readonly repeated: boolean;
  readonly number: number | null;
}

/** Looks up what is stored about many posts of one article, with two statements. */
export async function knownPosts(
  tx: EntityManager,
  articleId: string,
  posts: readonly Post[],
  now: Date,
): Promise<Map<Post, KnownPost>> {
  // Subqueries with one row each, because a join may be planned as a scan of the whole article.
  const rows: Row[] = await tx.query(
    `SELECT
       (SELECT id FROM comment WHERE comment.reader = post.reader AND idempotency_key = post.key LIMIT 1) AS earlier,
       (SELECT true FROM comment WHERE article_id = $1 AND comment.reader = post.reader AND created_at > $5
          AND comment.text = post.text LIMIT 1) AS repeated,
       (SELECT number FROM alias WHERE article_id = $1 AND alias.reader = post.reader LIMIT 1) AS number
     FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS post (reader, text, key, place) ORDER BY place`,
    [
      articleId,
      posts.map(({ reader }) => reader),
      posts.map(({ text }) => text),
      posts.map(({ idempotencyKey }) => idempotencyKey ?? null),
      new Date(now.getTime() - REPEATED_WITHIN),
    ],
  );
  const comments = await commentsById(tx, [
    ...rows.map(({ earlier }) => earlier),
    ...posts.map(({ replyTo }) => replyTo),
  ]);
  return new Map(
    posts.map((post, i) => {
      const { earlier, repeated, number } = rows[i]!;
      const parent = post.replyTo === undefined ? undefined : (comments.get(post.replyTo) ?? null);
      return [
        post,
        { earlier: (earlier && comments.get(earlier)) || null, isRepeated: repeated, parent, number },
      ];
    }),
  );
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

/** Inserts many comments with one statement. */
export async function insertComments(tx: EntityManager, comments: readonly Comment[]): Promise<void> {
  await tx.query(
    `INSERT INTO comment (id, article_id, parent_id, reader, alias, text, state, idempotency_key, created_at)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::timestamptz[])`,
    (
      [
        'id',
        'articleId',
        'parentId',
        'reader',
        'alias',
        'text',
        'state',
        'idempotencyKey',
        'createdAt',
      ] as const
    ).map((column) => comments.map((comment) => comment[column])),
  );
}
