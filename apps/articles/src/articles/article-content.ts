import { z } from 'zod';
import { ArticleSnapshot, Slug } from '#events';

const slugs = (most: number) =>
  z
    .array(Slug)
    .max(most)
    .refine((list) => new Set(list).size === list.length, 'has one twice');

/** What editors write: the snapshot's fields, with authors and terms named by their slugs. */
export const ArticleContent = z.strictObject({
  ...ArticleSnapshot.pick({
    kicker: true,
    headline: true,
    shortHeadline: true,
    lead: true,
    dateline: true,
    leadPicture: true,
    cardPicture: true,
    body: true,
    access: true,
    label: true,
  }).shape,
  authors: slugs(8).min(1),
  section: Slug,
  topics: slugs(20).default([]),
  places: slugs(20).default([]),
});
export type ArticleContent = z.infer<typeof ArticleContent>;
