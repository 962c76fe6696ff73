import type { EntityManager } from 'typeorm';
import type { Comment } from './comment.entity.js';
import {
  publicComment,
  type CommentsResponse,
  type CommentThreadResponse,
  type ListCommentsRequest,
  type ShownComment,
} from './comments.dto.js';
import { Thread } from './thread.entity.js';

/** Approximate bytes of text per page, which may therefore have fewer conversations than requested, but at least one. */
const PAGE_BYTES = 1024 * 1024;
/** Replies shown per conversation. */
const REPLIES = 50;

type TopLevelRow = ShownComment & Pick<Comment, 'state'>;
type ReplyRow = ShownComment & { readonly parentId: string };

/** What readers see under an article: conversations newest first, paginated by id, each with its oldest replies first. */
export async function listComments(
  tx: EntityManager,
  articleId: string,
  { cursor, limit }: ListCommentsRequest,
): Promise<CommentsResponse> {
  const thread = await tx.findOneBy(Thread, { articleId });
  if (!thread?.open) return { open: false, count: 0, items: [] };
  const before = cursor ?? null;
  const found = await tx.sql<TopLevelRow[]>`
    SELECT id, article_id AS "articleId", parent_id AS "parentId", alias, text, state, created_at AS "createdAt"
    FROM comment
    WHERE article_id = ${articleId} AND parent_id IS NULL AND (${before}::uuid IS NULL OR id < ${before}::uuid)
      AND (state = 'published' OR EXISTS (
        SELECT 1 FROM comment AS reply WHERE reply.parent_id = comment.id AND reply.state = 'published'))
    ORDER BY id DESC LIMIT ${limit + 1}`;
  const wanted = found.slice(0, limit);
  const replies = await repliesTo(tx, wanted);
  const items = withinBudget(wanted.map((comment) => conversation(comment, replies.get(comment.id) ?? [])));
  return {
    open: true,
    count: thread.published,
    items,
    ...(found.length > items.length && { nextCursor: items.at(-1)!.id }),
  };
}

/** The oldest replies to each comment, at most `REPLIES` each. */
async function repliesTo(
  tx: EntityManager,
  parents: readonly TopLevelRow[],
): Promise<Map<string, ReplyRow[]>> {
  if (parents.length === 0) return new Map();
  const replies = await tx.sql<ReplyRow[]>`
    SELECT reply.* FROM unnest(${parents.map(({ id }) => id)}::uuid[]) AS parent (id) CROSS JOIN LATERAL (
      SELECT id, article_id AS "articleId", parent_id AS "parentId", alias, text, created_at AS "createdAt"
      FROM comment WHERE parent_id = parent.id AND state = 'published' ORDER BY id LIMIT ${REPLIES}) AS reply
    ORDER BY reply.id`;
  return Map.groupBy(replies, ({ parentId }) => parentId);
}

/** Conversations up to and including the one that reaches `PAGE_BYTES`. */
function withinBudget(conversations: readonly CommentThreadResponse[]): CommentThreadResponse[] {
  let bytes = 0;
  const end = conversations.findIndex((one) => (bytes += bytesOf(one)) >= PAGE_BYTES);
  return end === -1 ? [...conversations] : conversations.slice(0, end + 1);
}

const bytesOf = ({ text, replies }: CommentThreadResponse): number =>
  [text ?? '', ...replies.map((reply) => reply.text)].reduce((sum, one) => sum + Buffer.byteLength(one), 0);

function conversation(comment: TopLevelRow, replies: readonly ReplyRow[]): CommentThreadResponse {
  const shown = { ...publicComment(comment), replies: replies.map(publicComment) };
  return comment.state === 'published' ? shown : { ...shown, text: null, alias: null };
}
