import { z } from 'zod';
import { ArticleDraft } from '#api';
import { Slug } from '#events';
import { sanitized } from '#http';
import type { Article } from '../article/article.js';
import type { Missing } from '../article/complete-text.js';
import { Moment } from '../article/times.js';

const Named = z.strictObject({ slug: Slug, name: z.string().trim().min(1).max(80) });

/** When it was first published elsewhere. */
const PastTime = Moment.refine(
  (time) => time.getTime() <= Date.now(),
  'is in the future; import it as a draft and schedule it',
);

export const ImportRequest = sanitized(
  z.strictObject({
    sourceId: z
      .string()
      .trim()
      .min(1)
      .max(300)
      .refine((id) => !id.startsWith('sha256:'), 'is reserved for digests of erased ids')
      .describe('its id in the other system, unique there'),
    state: z.enum(['published', 'draft']).default('published'),
    publishedAt: PastTime.optional(),
    terms: z
      .strictObject({
        section: Named.optional(),
        authors: z.array(Named).max(8).optional(),
        topics: z.array(Named).max(20).optional(),
        places: z.array(Named).max(20).optional(),
      })
      .optional()
      .describe('missing ones are created'),
    article: ArticleDraft,
  }),
);
export type ImportRequest = z.infer<typeof ImportRequest>;

export interface Imported {
  readonly article: Article;
  /** Whether it had been imported before. */
  readonly known: boolean;
  /** Why the article became a draft instead of being published. */
  readonly missing: Missing[];
}

export const importResponse = ({ article, known, missing }: Imported) => ({
  id: article.id,
  slug: article.slug,
  outcome: known ? ('known' as const) : ('imported' as const),
  state: article.state,
  missing,
});
export type ImportResponse = ReturnType<typeof importResponse>;
