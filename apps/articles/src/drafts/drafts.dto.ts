import { z } from 'zod';
import { ArticleDraft } from '#api';
import { sanitized } from '#http';
import { articleStates } from '../article/article.entity.js';

export const DeskRequest = z.strictObject({
  state: z.enum(articleStates).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type DeskRequest = z.infer<typeof DeskRequest>;

export const LabelArticleRequest = sanitized(
  z.strictObject({ label: ArticleDraft.shape.label.unwrap(), sponsor: ArticleDraft.shape.sponsor }),
);
export type LabelArticleRequest = z.infer<typeof LabelArticleRequest>;

/** A version in a URL path, within the range of the database's integers. */
export const VersionInPath = z.coerce.number().int().min(1).max(2_147_483_647);
