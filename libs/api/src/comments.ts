import { z } from 'zod';
import { Count, Id, PublicComment, Time } from '#events';
import { named } from './components.js';
import { defineRoute } from './define-route.js';
import { limitOf, LIST_LIMITS, NextCursor } from './values.js';

/** Maximum characters of a comment as typed; normalized, it has at most 2,000. */
const LONGEST_AS_TYPED = 8_000;

export const Comment = named('Comment', PublicComment);

/** A top-level comment with its replies. A removed one with replies stays as a tombstone without text and alias. */
export const CommentThread = named(
  'CommentThread',
  PublicComment.extend({
    text: PublicComment.shape.text.nullable(),
    alias: PublicComment.shape.alias.nullable(),
    replies: z.array(PublicComment).describe('oldest first'),
  }),
);

export const CommentList = named(
  'CommentList',
  z.object({
    open: z.boolean().describe('whether the article accepts comments'),
    count: Count.describe('published comments under the article, replies included'),
    items: z.array(CommentThread).describe('newest first'),
    nextCursor: NextCursor,
  }),
);
export type CommentList = z.infer<typeof CommentList>;

const CommentState = z.enum(['published', 'removed']);

export const ModeratedComment = named(
  'ModeratedComment',
  PublicComment.extend({
    state: CommentState,
    removedAt: Time.optional(),
    removedBy: z.string().optional(),
    removalReason: z.string().optional(),
  }),
);

const params = z.object({ id: Id });

export const listComments = defineRoute({
  method: 'GET',
  path: '/v1/articles/{id}/comments',
  summary: 'Published comments under an article, with their replies.',
  audience: ['anyone'],
  params,
  query: z.strictObject({ cursor: Id.optional(), limit: limitOf(LIST_LIMITS.comments, 20) }),
  response: CommentList,
  cached: true,
  problems: ['list.bad-cursor'],
});

export const addComment = defineRoute({
  method: 'POST',
  path: '/v1/articles/{id}/comments',
  summary: 'Adds a comment to an article, or a reply to a comment. No login is needed.',
  audience: ['reader'],
  params,
  body: z.strictObject({
    text: z
      .string()
      .min(1)
      .max(LONGEST_AS_TYPED)
      .refine((text) => text.isWellFormed(), 'has an unpaired surrogate'),
    parentId: Id.optional().describe('the comment that this one replies to'),
  }),
  idempotencyKey: true,
  status: 201,
  response: PublicComment.extend({ state: CommentState }),
  problems: [
    'comments.closed',
    'comments.busy',
    'comment.unknown-parent',
    'comment.repeated',
    'comment.empty',
    'comment.too-long',
  ],
});

export const getModeratedComment = defineRoute({
  method: 'GET',
  path: '/v1/editorial/comments/{id}',
  summary: 'A comment in any state.',
  audience: ['moderator'],
  params,
  response: ModeratedComment,
  problems: ['comment.unknown'],
});

export const removeComment = defineRoute({
  method: 'POST',
  path: '/v1/editorial/comments/{id}/remove',
  summary: 'Removes a published comment.',
  audience: ['moderator'],
  params,
  body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
  response: ModeratedComment,
  problems: ['comment.unknown'],
});
