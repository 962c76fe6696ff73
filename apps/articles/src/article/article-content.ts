import { z } from 'zod';
import { ArticleSnapshot, blocksOf, Picture, Slug, Time, type ObjectOf } from '#events';
import { sanitized } from '#http';
import { ArticleSlug, isUuid } from './article-slug.js';
import { TimeWithOffset } from './times.js';

/**
 * The content that editors write. Every field of a draft is optional, within the limits of the public snapshot, which
 * defines a complete article.
 */

const strict = z.strictObject as unknown as ObjectOf;
const shape = ArticleSnapshot.shape;

const noneTwice = (list: readonly string[]): boolean => new Set(list).size === list.length;
const slugList = (most: number) => z.array(Slug).max(most).refine(noneTwice, 'has duplicates');

/** A picture whose alt text and credit may still be missing. */
const DraftPicture = strict({
  ...Picture.shape,
  alt: Picture.shape.alt.optional(),
  credit: Picture.shape.credit.optional(),
});

export const ArticleDraft = z.strictObject({
  slug: ArticleSlug.optional().describe('derived from the headline if absent'),
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
  embargoUntil: TimeWithOffset.optional().describe('not public before this time; RFC 3339 with an offset'),
});
export type ArticleDraft = z.infer<typeof ArticleDraft>;

/** A draft as received: all of its texts are sanitized first. */
export const ArticleDraftRequest = sanitized(ArticleDraft);

/** The content that a public snapshot was made from. */
export function draftOf({ byline, section, topics, places, ...snapshot }: ArticleSnapshot): ArticleDraft {
  const { id: _i, corrections: _c, publishedAt: _p, updatedAt: _u, slug, ...text } = snapshot;
  return {
    ...text,
    // Slugs that look like ids predate the rule against them.
    ...(!isUuid(slug) && { slug }),
    authors: slugsOf(byline),
    section: section.slug,
    topics: slugsOf(topics),
    places: slugsOf(places),
  };
}

const slugsOf = (terms: readonly { slug: string }[]): string[] => terms.map(({ slug }) => slug);
