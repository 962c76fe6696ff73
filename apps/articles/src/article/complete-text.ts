import { z } from 'zod';
import type { ArticleDraft } from '#api';
import { ArticleSnapshot, Slug, Time } from '#events';
import { blankTextsIn } from './visible-text.js';

const { shape } = ArticleSnapshot;

/** The fields that a draft must have to be published. Slugs of terms become names; the rest is copied to the snapshot. */
const CompleteText = z
  .object({
    kicker: shape.kicker,
    headline: shape.headline,
    shortHeadline: shape.shortHeadline,
    lead: shape.lead,
    dateline: z.object({ place: shape.dateline.shape.place, time: Time.optional() }).default({}),
    leadPicture: shape.leadPicture,
    cardPicture: shape.cardPicture,
    body: shape.body,
    access: shape.access,
    label: shape.label,
    sponsor: shape.sponsor,
    section: Slug,
    authors: z.array(Slug).min(1),
    topics: z.array(Slug).default([]),
    places: z.array(Slug).default([]),
  })
  .refine(({ label, sponsor }) => !sponsor || label !== 'none', {
    path: ['label'],
    error: 'must be paid or partner, since the article has a sponsor',
    when: ({ value }) => typeof (value as { label?: unknown }).label === 'string',
  });
export type CompleteText = z.infer<typeof CompleteText>;

export interface Missing {
  /** JSON pointer (RFC 6901) into the content. */
  readonly pointer: string;
  readonly detail: string;
}

/** The complete content of the draft, or everything that is missing from it. */
export function completeTextOf(draft: ArticleDraft): { text: CompleteText } | { missing: Missing[] } {
  const result = CompleteText.safeParse(draft);
  const blank = blankTextsIn(draft).map((pointer) => ({ pointer, detail: 'has no visible text' }));
  if (result.success) return blank.length > 0 ? { missing: blank } : { text: result.data };
  const missing = result.error.issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(''),
    detail: isAbsent(draft, path) ? 'is missing' : message,
  }));
  return { missing: [...missing, ...blank] };
}

function isAbsent(draft: ArticleDraft, path: readonly PropertyKey[]): boolean {
  let value: unknown = draft;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
