import type { FastifyReply } from 'fastify';
import { etagOf } from '#http';
import { isEditedAfterApproval } from './approval.rules.js';
import type { Article } from './article.js';

/** An article as the newsroom sees it. */
function editorialArticle(article: Article) {
  const editedAfterApproval = isEditedAfterApproval(article.publishAt, article.approved !== null);
  return {
    id: article.id,
    slug: article.slug,
    state: article.state,
    version: article.version,
    publishedVersion: article.publishedVersion,
    hasChanges: article.hasChanges,
    publishAt: article.publishAt,
    editedAfterApproval,
    ...(editedAfterApproval && { approved: article.approved }),
    offlineAt: article.offlineAt,
    publishedAt: article.publishedAt,
    updatedAt: article.updatedAt,
    corrections: article.corrections,
    ...(article.state === 'retracted' && {
      retraction: {
        at: article.retractedAt,
        reason: article.retractionReason,
        note: article.retractionNote ?? undefined,
      },
    }),
    content: article.draft,
  };
}
export type EditorialArticle = ReturnType<typeof editorialArticle>;

/** The article for an editor, with the ETag that the next change must send. */
export function sendEditorialArticle(reply: FastifyReply, article: Article): EditorialArticle {
  reply.header('etag', etagOf(article.version));
  return editorialArticle(article);
}
