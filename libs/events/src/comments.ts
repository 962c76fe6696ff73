import { z } from 'zod';
import { defineEvent } from './define-event.js';
import { Count, Id, Time, Version } from './values.js';

/** Published comments under the article; `rev` grows with every change, so that an older count is ignored. */
const CommentCount = z.object({ published: Count, rev: Version });

export const PublicComment = z.object({
  id: Id,
  articleId: Id,
  parentId: Id.optional().describe('the comment that this one replies to'),
  alias: z.string().min(1).max(60).describe('the name that readers see, for example "User #4529"'),
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
  /** Emitted by `ops republish comments`; every other comment event has the count, too. */
  summary: 'The number of published comments under an article, republished.',
  data: z.object({ count: CommentCount }),
});
