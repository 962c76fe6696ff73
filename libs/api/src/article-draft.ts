import { z } from 'zod';
import { ArticleSnapshot, blocksOf, Picture, Slug, Time, type ObjectOf } from '#events';
import { named } from './components.js';
import { TimeWithOffset } from './values.js';

/** Requests must not have unknown members. */
const strict = z.strictObject as unknown as ObjectOf;
const { shape } = ArticleSnapshot;

const uniqueSlugs = (most: number) =>
  z
    .array(Slug)
    .max(most)
    .refine((slugs) => new Set(slugs).size === slugs.length, 'has duplicates');

/** Whether a text looks like an id. An address of that form is looked up as an id first. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** A slug that an article can be given. */
export const ArticleSlug = Slug.refine((slug) => !isUuid(slug), 'must not look like the id of an article');

/** A picture whose description and credit may still be missing. */
const DraftPicture = named(
  'DraftPicture',
  strict({
    ...Picture.shape,
    alt: Picture.shape.alt.optional(),
    credit: Picture.shape.credit.optional(),
  }),
);
const DraftBlock = named('DraftBlock', blocksOf(strict, DraftPicture));

/**
 * The content that editors write. A draft may leave out anything; the limits are those of the public snapshot, which
 * alone defines a complete article.
 */
const draft = z.strictObject({
  slug: ArticleSlug.optional().describe('by default derived from the headline'),
  kicker: shape.kicker.optional(),
  headline: shape.headline.optional(),
  shortHeadline: shape.shortHeadline,
  lead: shape.lead.optional(),
  authors: uniqueSlugs(8).default([]),
  dateline: strict({ place: shape.dateline.shape.place, time: Time.optional() }).optional(),
  leadPicture: DraftPicture.optional(),
  cardPicture: DraftPicture.optional(),
  body: z.array(DraftBlock).max(300).default([]),
  section: Slug.optional(),
  topics: uniqueSlugs(20).default([]),
  places: uniqueSlugs(20).default([]),
  access: shape.access.default('free'),
  label: shape.label.optional(),
  sponsor: shape.sponsor,
  embargoUntil: TimeWithOffset.optional().describe('not public before this time; RFC 3339 with an offset'),
});
export const ArticleDraft = named('ArticleDraft', draft);
export type ArticleDraft = z.infer<typeof ArticleDraft>;

/** The working copy as it is stored: members that were never set are missing. */
export const ArticleContent = named(
  'ArticleContent',
  z.object({
    ...draft.shape,
    authors: draft.shape.authors.unwrap().optional(),
    body: draft.shape.body.unwrap().optional(),
    topics: draft.shape.topics.unwrap().optional(),
    places: draft.shape.places.unwrap().optional(),
    access: draft.shape.access.unwrap().optional(),
  }),
);
