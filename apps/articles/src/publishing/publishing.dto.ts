import { z } from 'zod';
import { RetractionReason } from '#events';
import { sanitized } from '#http';
import { Moment } from '../article/times.js';

export const RetractArticleRequest = sanitized(
  z.strictObject({ reason: RetractionReason, note: z.string().trim().min(1).max(500).optional() }),
);
export type RetractArticleRequest = z.infer<typeof RetractArticleRequest>;

export const CorrectArticleRequest = sanitized(z.strictObject({ note: z.string().trim().min(1).max(1_000) }));
export type CorrectArticleRequest = z.infer<typeof CorrectArticleRequest>;

export const ScheduleArticleRequest = z
  .strictObject({ publishAt: Moment.optional(), offlineAt: Moment.optional() })
  .refine(({ publishAt, offlineAt }) => publishAt ?? offlineAt, 'requires publishAt, offlineAt or both');
export type ScheduleArticleRequest = z.infer<typeof ScheduleArticleRequest>;
