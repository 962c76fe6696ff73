import { z } from 'zod';
import { ArticleSnapshot } from './article-snapshot.js';
import { defineEvent } from './define-event.js';
import { Time, Version } from './values.js';

export const RetractionReason = z.enum(['legal', 'error', 'expired']);
export type RetractionReason = z.infer<typeof RetractionReason>;

const snapshot = z.object({ version: Version, article: ArticleSnapshot });

export const articlePublished = defineEvent({
  type: 'article.published',
  topic: 'newsroom.articles',
  summary: 'An article was published for the first time.',
  data: snapshot,
});

export const articleUpdated = defineEvent({
  type: 'article.updated',
  topic: 'newsroom.articles',
  summary: 'A public article has a new revision; the snapshot replaces the previous one.',
  data: snapshot,
});

export const articleRetracted = defineEvent({
  type: 'article.retracted',
  topic: 'newsroom.articles',
  /** Carries no text of the article: compaction then removes the text from the log. */
  summary: 'An article was retracted; none of it may be shown any longer.',
  data: z.object({
    version: Version,
    reason: RetractionReason,
    note: z.string().max(500).optional().describe('the explanation for readers'),
    retractedAt: Time,
  }),
});
