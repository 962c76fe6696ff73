import { z } from 'zod';
import { ArticleSnapshot, blocksOf, Picture, Slug, Time, type ObjectOf } from '#events';
import { inertText } from '#platform';

/**
 * What editors write. A draft may leave out anything; what is there keeps to the limits of the public snapshot, which
 * alone says what a complete article has.
 */

const strict = z.strictObject as unknown as ObjectOf;
const shape = ArticleSnapshot.shape;

const noneTwice = (list: readonly string[]): boolean => new Set(list).size === list.length;
const slugList = (most: number) => z.array(Slug).max(most).refine(noneTwice, 'has one twice');

/** A picture that is still to be described. */
const DraftPicture = strict({
  ...Picture.shape,
  alt: Picture.shape.alt.optional(),
  credit: Picture.shape.credit.optional(),
});

export const ArticleDraft = z.strictObject({
  slug: Slug.optional().describe('made from the headline unless it is given'),
  kicker: shape.kicker.optional(),
  headline: shape.headline.optional(),
  shortHeadline: shape.shortHeadline,
  lead: shape.lead.optional(),
  authors: slugList(8).default([]),
  dateline: strict({ place: shape.dateline.shape.place, time: Time.optional() }).optional(),
  leadPicture: DraftPicture.optional(),
  cardPicture: DraftPicture.optional(),
  body: z.array(blocksOf(strict, DraftPicture)).max(300).default([]),
  section: Slug.optional(),
  topics: slugList(20).default([]),
  places: slugList(20).default([]),
  access: shape.access.default('free'),
  label: shape.label.optional(),
  sponsor: shape.sponsor,
  embargoUntil: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('not public before; RFC 3339 with an offset'),
});
export type ArticleDraft = z.infer<typeof ArticleDraft>;

/** A draft as it comes in: its texts are made inert first, whatever their place. */
export const ArticleDraftRequest = z.preprocess((value) => inertText(value), ArticleDraft);

const visible = <S extends z.ZodType<string>>(text: S) =>
  text.refine((value) => /[^\p{C}\p{Z}\p{M}]/u.test(value), 'has nothing that one could see');

/** What the public snapshot takes over from the draft as it is; the names are resolved beside it. */
const CompleteText = z
  .object({
    kicker: visible(shape.kicker),
    headline: visible(shape.headline),
    shortHeadline: shape.shortHeadline,
    lead: visible(shape.lead),
    dateline: z.object({ place: shape.dateline.shape.place, time: Time.optional() }).default({}),
    leadPicture: shape.leadPicture,
    cardPicture: shape.cardPicture,
    body: shape.body,
    access: shape.access,
    label: shape.label,
    sponsor: shape.sponsor,
    section: Slug,
    authors: z.array(Slug).min(1),
  })
  .refine(({ label, sponsor }) => !sponsor || label !== 'none', {
    path: ['label'],
    error: 'must be paid or partner, since somebody paid for this article',
    when: ({ value }) => typeof (value as { label?: unknown }).label === 'string',
  });
export type CompleteText = z.infer<typeof CompleteText>;

export interface Missing {
  /** JSON pointer (RFC 6901) into the content. */
  readonly pointer: string;
  readonly detail: string;
}

/** The draft as complete content, or everything that it lacks for that, all at once. */
export function completeTextOf(draft: ArticleDraft): { text: CompleteText } | { missing: Missing[] } {
  const result = CompleteText.safeParse(draft);
  if (result.success) return { text: result.data };
  return {
    missing: result.error.issues.map(({ path, message }) => ({
      pointer: path.map((part) => `/${String(part)}`).join(''),
      detail: isAbsent(draft, path) ? 'is missing' : message,
    })),
  };
}

function isAbsent(draft: ArticleDraft, path: readonly PropertyKey[]): boolean {
  let value: unknown = draft;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** The content that a public snapshot was made of. */
export function draftOf({ byline, section, topics, places, ...snapshot }: ArticleSnapshot): ArticleDraft {
  const { id: _i, corrections: _c, publishedAt: _p, updatedAt: _u, ...text } = snapshot;
  return {
    ...text,
    authors: slugsOf(byline),
    section: section.slug,
    topics: slugsOf(topics),
    places: slugsOf(places),
  };
}

const slugsOf = (terms: readonly { slug: string }[]): string[] => terms.map(({ slug }) => slug);
