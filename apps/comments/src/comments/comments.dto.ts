import { z } from 'zod';
import { Id, PublicComment } from '#events';
import { sanitized } from '#http';
import type { Comment } from './comment.entity.js';
import { LONGEST_AS_TYPED } from './comment.rules.js';

export const AddCommentRequest = z.strictObject({
  // The limit of the stored text is checked after cleaning: comment.too-long.
  text: z
    .string()
    .min(1)
    .max(LONGEST_AS_TYPED)
    .refine((text) => text.isWellFormed(), 'contains an unpaired surrogate'),
  parentId: Id.optional(),
});
export type AddCommentRequest = z.infer<typeof AddCommentRequest>;

export const ListCommentsRequest = z.strictObject({
  cursor: Id.optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
export type ListCommentsRequest = z.infer<typeof ListCommentsRequest>;

export const RemoveCommentRequest = sanitized(z.strictObject({ reason: z.string().trim().min(1).max(200) }));
export type RemoveCommentRequest = z.infer<typeof RemoveCommentRequest>;

export type CommentResponse = PublicComment;
export type AddedCommentResponse = CommentResponse & { readonly state: Comment['state'] };

/** A top-level comment with its replies, oldest first. A removed one with replies stays as a tombstone without text. */
export type CommentThreadResponse = Omit<PublicComment, 'text' | 'alias'> & {
  readonly text: string | null;
  readonly alias: string | null;
  readonly replies: CommentResponse[];
};

export interface CommentsResponse {
  readonly open: boolean;
  /** Published comments under the article, replies included. */
  readonly count: number;
  readonly items: CommentThreadResponse[];
  readonly nextCursor?: string;
}

/** The columns that readers see. */
export type ShownComment = Pick<Comment, 'id' | 'articleId' | 'parentId' | 'alias' | 'text' | 'createdAt'>;

export const publicComment = ({
  id,
  articleId,
  parentId,
  alias,
  text,
  createdAt,
}: ShownComment): CommentResponse => ({
  id,
  articleId,
  ...(parentId && { parentId }),
  alias,
  text,
  createdAt: createdAt.toISOString(),
});

export const addedComment = (comment: Comment): AddedCommentResponse => ({
  ...publicComment(comment),
  state: comment.state,
});

export const moderatedComment = (comment: Comment) => ({
  ...publicComment(comment),
  state: comment.state,
  removedAt: comment.removedAt?.toISOString(),
  removedBy: comment.removedBy ?? undefined,
  removalReason: comment.removalReason ?? undefined,
});
export type ModeratedCommentResponse = ReturnType<typeof moderatedComment>;
