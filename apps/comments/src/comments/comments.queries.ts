import type { DataSource } from 'typeorm';
import { Comment } from './comment.entity.js';
import {
  publicComment,
  type CommentsResponse,
  type CommentThreadResponse,
  type ListCommentsRequest,
} from './comments.dto.js';
import { Thread } from './thread.entity.js';

/** Bytes of text on one page, about; a page may have fewer conversations than were asked for, but one at least. */
const PAGE_BYTES = 1024 * 1024;
/** Replies shown of one conversation. */
const REPLIES = 50;

/** What readers see under an article: conversations newest first, by keyset, replies oldest first. */
export async function listComments(
  db: DataSource,
  articleId: string,
  { cursor, limit }: ListCommentsRequest,
): Promise<CommentsResponse> {
  const thread = await db.manager.findOneBy(Thread, { articleId });
  if (!thread?.open) return { open: false, count: 0, items: [] };
  const query = db
    .getRepository(Comment)
    .createQueryBuilder('comment')
    .where('comment.articleId = :articleId AND comment.parentId IS NULL', { articleId })
    .andWhere(
      `(comment.state = 'published' OR EXISTS (
         SELECT 1 FROM comment reply WHERE reply.parent_id = comment.id AND reply.state = 'published'))`,
    )
    .orderBy('comment.id', 'DESC')
    .limit(limit + 1);
  if (cursor) query.andWhere('comment.id < :cursor', { cursor });
  const found = await query.getMany();
  const wanted = found.slice(0, limit);
  const replies = await repliesTo(db, wanted);
  const items = withinBudget(wanted.map((comment) => conversation(comment, replies.get(comment.id) ?? [])));
  return {
    open: true,
    count: thread.published,
    items,
    ...(found.length > items.length && { nextCursor: items.at(-1)!.id }),
  };
}

/** The first replies to each, whatever the others have. */
async function repliesTo(db: DataSource, page: readonly Comment[]): Promise<Map<string, Comment[]>> {
  if (page.length === 0) return new Map();
  const replies = await db
    .getRepository(Comment)
    .createQueryBuilder('comment')
    .where(
      `comment.id IN (SELECT reply.id FROM unnest(CAST(:parents AS uuid[])) AS parent (id) CROSS JOIN LATERAL (
         SELECT id FROM comment WHERE parent_id = parent.id AND state = 'published' ORDER BY id LIMIT ${REPLIES}) AS reply)`,
      { parents: page.map(({ id }) => id) },
    )
    .orderBy('comment.id')
    .getMany();
  return Map.groupBy(replies, ({ parentId }) => parentId!);
}

/** As many conversations as fit, the last one whole. */
function withinBudget(conversations: readonly CommentThreadResponse[]): CommentThreadResponse[] {
  let bytes = 0;
  const end = conversations.findIndex((one) => (bytes += bytesOf(one)) >= PAGE_BYTES);
  return end === -1 ? [...conversations] : conversations.slice(0, end + 1);
}

const bytesOf = ({ text, replies }: CommentThreadResponse): number =>
  [text ?? '', ...replies.map((reply) => reply.text)].reduce((sum, one) => sum + Buffer.byteLength(one), 0);

function conversation(comment: Comment, replies: Comment[]): CommentThreadResponse {
  const shown = { ...publicComment(comment), replies: replies.map(publicComment) };
  return comment.state === 'published' ? shown : { ...shown, text: null, alias: null };
}
