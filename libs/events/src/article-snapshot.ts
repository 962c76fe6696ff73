import { z } from 'zod';
import { Id, Link, Slug, Time, WebUrl } from './values.js';

/** The public face of an article, as readers, feeds and events carry it. Text is text: HTML is never stored. */

export const Picture = z.object({
  url: WebUrl,
  width: z.int().min(1).max(20_000).describe('pixels'),
  height: z.int().min(1).max(20_000).describe('pixels'),
  alt: z.string().min(1).max(500),
  caption: z.string().max(500).optional(),
  credit: z.string().min(1).max(200),
});

export const TextRun = z.object({
  text: z.string().min(1).max(5_000),
  strong: z.boolean().optional(),
  emphasis: z.boolean().optional(),
  link: Link.optional(),
});

const runs = z.array(TextRun).min(1).max(200);

export const Block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('paragraph'), runs }),
  z.object({ type: z.literal('crosshead'), text: z.string().min(1).max(200) }),
  z.object({ type: z.literal('picture'), picture: Picture }),
  z.object({
    type: z.literal('quote'),
    text: z.string().min(1).max(1_000),
    attribution: z.string().min(1).max(200),
  }),
  z.object({ type: z.literal('list'), ordered: z.boolean(), items: z.array(runs).min(1).max(50) }),
  z.object({ type: z.literal('poll'), pollId: Id }),
]);

export const Author = z.object({
  id: Id,
  slug: Slug,
  name: z.string().min(1).max(120),
  role: z.string().max(120).optional(),
  portrait: WebUrl.optional(),
});

const Term = z.object({ id: Id, slug: Slug, name: z.string().min(1).max(80) });

export const Access = z.enum(['free', 'paid']);
/** Sponsored content says so: `paid` (advertising) or `partner` (content with a partner). */
export const Label = z.enum(['none', 'paid', 'partner']);

export const ArticleSnapshot = z.object({
  id: Id,
  slug: Slug,
  kicker: z.string().min(1).max(60),
  headline: z.string().min(1).max(160),
  shortHeadline: z.string().min(1).max(80).optional().describe('for cards; the headline stands in for it'),
  lead: z.string().min(1).max(600),
  byline: z.array(Author).min(1).max(8),
  dateline: z.object({ place: z.string().min(1).max(80).optional(), time: Time }),
  leadPicture: Picture,
  cardPicture: Picture.optional().describe('for cards; the lead picture stands in for it'),
  body: z.array(Block).min(1).max(300),
  section: Term,
  topics: z.array(Term).max(20),
  places: z.array(Term).max(20),
  access: Access,
  label: Label,
  publishedAt: Time,
  updatedAt: Time,
});

export type ArticleSnapshot = z.infer<typeof ArticleSnapshot>;
export type Block = z.infer<typeof Block>;
export type Picture = z.infer<typeof Picture>;
export type Author = z.infer<typeof Author>;
export type Term = z.infer<typeof Term>;
