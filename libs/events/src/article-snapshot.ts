import { z } from 'zod';
import { Block, Picture } from './blocks.js';
import { Id, Slug, Time, WebUrl } from './values.js';

/** A public article, as readers, feeds and events get it. All text is plain text: HTML is never stored. */

export const Author = z.object({
  id: Id,
  slug: Slug,
  name: z.string().min(1).max(120),
  role: z.string().max(120).optional(),
  portrait: WebUrl.optional(),
  biography: z.string().min(1).max(600).optional(),
});

export const Term = z.object({ id: Id, slug: Slug, name: z.string().min(1).max(80) });

/** A note for readers on what was wrong, and when it was corrected. */
export const Correction = z.object({ at: Time, note: z.string().min(1).max(1_000) });

export const Access = z.enum(['free', 'paid']);
/** Labels sponsored content: `paid` (advertising) or `partner` (content with a partner). */
export const Label = z.enum(['none', 'paid', 'partner']);

export const ArticleSnapshot = z.object({
  id: Id,
  slug: Slug,
  kicker: z.string().min(1).max(60),
  headline: z.string().min(1).max(160),
  shortHeadline: z.string().min(1).max(80).optional().describe('for cards; by default the headline'),
  lead: z.string().min(1).max(600),
  byline: z.array(Author).min(1).max(8),
  dateline: z.object({ place: z.string().min(1).max(80).optional(), time: Time }),
  leadPicture: Picture,
  cardPicture: Picture.optional().describe('for cards; by default the lead picture'),
  body: z.array(Block).min(1).max(300),
  section: Term,
  topics: z.array(Term).max(20),
  places: z.array(Term).max(20),
  access: Access,
  label: Label,
  sponsor: z.string().min(1).max(120).optional().describe('who paid for it, unless the label is `none`'),
  corrections: z.array(Correction).max(50).optional().describe('oldest first'),
  publishedAt: Time,
  updatedAt: Time,
});

export type ArticleSnapshot = z.infer<typeof ArticleSnapshot>;
export type Author = z.infer<typeof Author>;
export type Correction = z.infer<typeof Correction>;
export type Term = z.infer<typeof Term>;
