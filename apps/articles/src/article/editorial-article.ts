import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { RetractionReason } from '#events';
import { etagOf, sanitized } from '#http';
import { ArticleDraft } from './article-content.js';
import { articleStates, type Article } from './article.entity.js';
import { Moment } from './times.js';

export const DeskRequest = z.strictObject({
  state: z.enum(articleStates).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type DeskRequest = z.infer<typeof DeskRequest>;

export const AuditRequest = z.strictObject({
  /** The id of the last entry seen. */
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});
export type AuditRequest = z.infer<typeof AuditRequest>;

export const RetractArticleRequest = sanitized(
  z.strictObject({ reason: RetractionReason, note: z.string().trim().min(1).max(500).optional() }),
);
export type RetractArticleRequest = z.infer<typeof RetractArticleRequest>;

export const CorrectArticleRequest = sanitized(z.strictObject({ note: z.string().trim().min(1).max(1_000) }));
export type CorrectArticleRequest = z.infer<typeof CorrectArticleRequest>;

export const ScheduleArticleRequest = z
  .strictObject({ publishAt: Moment.optional(), offlineAt: Moment.optional() })
  .refine(({ publishAt, offlineAt }) => publishAt ?? offlineAt, 'name publishAt, offlineAt or both');
export type ScheduleArticleRequest = z.infer<typeof ScheduleArticleRequest>;

export const LabelArticleRequest = sanitized(
  z.strictObject({ label: ArticleDraft.shape.label.unwrap(), sponsor: ArticleDraft.shape.sponsor }),
);
export type LabelArticleRequest = z.infer<typeof LabelArticleRequest>;

/** A version as an address names it, within the database's integers. */
export const VersionInPath = z.coerce.number().int().min(1).max(2_147_483_647);

/** Whether something else is scheduled than the working copy. */
const isEditedAfterApproval = ({ publishAt, approved }: Article): boolean =>
  publishAt !== null && approved !== null;

/** An article as the newsroom sees it. */
const editorialResponse = (article: Article) => ({
  id: article.id,
  slug: article.slug,
  state: article.state,
  version: article.version,
  publishedVersion: article.publishedVersion,
  hasChanges: article.hasChanges,
  publishAt: article.publishAt,
  editedAfterApproval: isEditedAfterApproval(article),
  ...(isEditedAfterApproval(article) && { approved: article.approved }),
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
});
export type EditorialArticleResponse = ReturnType<typeof editorialResponse>;

/** The article for an editor, with the ETag that the next change of it needs. */
export function editorialAnswer(reply: FastifyReply, article: Article): EditorialArticleResponse {
  reply.header('etag', etagOf(article.version));
  return editorialResponse(article);
}
