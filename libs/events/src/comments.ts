import { z } from 'zod';
import { defineEvent } from './define-event.js';
import { Count, Id, Time, Version } from './values.js';

/** Published comments under the article; `rev` grows with every change, so an older count changes nothing. */
const CommentCount = z.object({ published: Count, rev: Version });

export const PublicComment = z.object({
  id: Id,
  articleId: Id,
  parentId: Id.optional().describe('the comment this one replies to'),
  alias: z.string().min(1).max(60).describe('what readers see of the author, for example "User #4529"'),
  text: z.string().min(1).max(2_000),
  createdAt: Time,
});
export type PublicComment = z.infer<typeof PublicComment>;

export const commentPublished = defineEvent({
  type: 'comment.published',
  topic: 'newsroom.comments',
  summary: 'A comment became visible to readers.',
  data: z.object({ comment: PublicComment, count: CommentCount }),
});

export const commentRemoved = defineEvent({
  type: 'comment.removed',
  topic: 'newsroom.comments',
  /** Carries no text, for the same reason as a retraction. */
  summary: 'A comment is no longer visible to readers.',
  data: z.object({ commentId: Id, count: CommentCount }),
});

export const commentsCounted = defineEvent({
  type: 'comments.counted',
  topic: 'newsroom.comments',
  /** Follows `ops republish comments`; counts also come with every comment. */
  summary: 'The number of published comments under an article, once more.',
  data: z.object({ count: CommentCount }),
});
