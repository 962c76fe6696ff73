import { z } from 'zod';

/**
 * The parts of the gateway's answers that this service shows. Anything else is ignored, so that the gateway can add fields
 * without a change here.
 */

/** A list without the items that this build cannot read, so that one unreadable item does not hide the others. */
const listOf = <S extends z.ZodType>(item: S) =>
  z.array(item.nullable().catch(null)).transform((items) => items.filter((one) => one !== null));

export const Picture = z.object({
  url: z.string(),
  width: z.number(),
  height: z.number(),
  alt: z.string(),
  caption: z.string().optional(),
  credit: z.string(),
});
export type Picture = z.infer<typeof Picture>;

const Term = z.object({ slug: z.string(), name: z.string() });
export type Term = z.infer<typeof Term>;

/** A label that this build does not know still means that somebody paid. */
const label = z.enum(['none', 'paid', 'partner']).catch('paid');
const access = z.enum(['free', 'paid']).catch('free');
const count = z.number().nonnegative().catch(0);

export const Summary = z.object({
  slug: z.string(),
  kicker: z.string(),
  headline: z.string(),
  shortHeadline: z.string().optional(),
  lead: z.string(),
  picture: Picture,
  section: Term,
  access,
  label,
  interactions: count,
});
export type Summary = z.infer<typeof Summary>;

export const List = z.object({
  items: listOf(Summary),
  /** The terms that the list is filtered by, with their current slugs. */
  terms: listOf(Term).default([]),
  nextCursor: z.string().optional(),
});
export type List = z.infer<typeof List>;

const Range = z.object({ start: z.number(), end: z.number() });
export type Range = z.infer<typeof Range>;
const Hit = Summary.extend({
  highlights: z.object({ headline: listOf(Range), lead: listOf(Range) }),
  excerpt: z.object({ text: z.string(), ranges: listOf(Range) }).optional(),
});
export type Hit = z.infer<typeof Hit>;

export const Hits = z.object({
  items: listOf(Hit),
  total: z.number(),
  similar: z.boolean(),
  nextCursor: z.string().optional(),
});
export type Hits = z.infer<typeof Hits>;

export const Sections = listOf(Term);

const Run = z.object({
  text: z.string(),
  strong: z.boolean().optional(),
  emphasis: z.boolean().optional(),
  link: z.string().optional(),
});
export type Run = z.infer<typeof Run>;

const Paragraph = z.object({ type: z.literal('paragraph'), runs: z.array(Run) });
const ItemList = z.object({
  type: z.literal('list'),
  ordered: z.boolean(),
  items: z.array(z.array(Run)),
});

export const Block = z.discriminatedUnion('type', [
  Paragraph,
  z.object({ type: z.literal('crosshead'), text: z.string() }),
  z.object({ type: z.literal('picture'), picture: Picture }),
  z.object({ type: z.literal('quote'), text: z.string(), attribution: z.string() }),
  ItemList,
  z.object({ type: z.literal('gallery'), title: z.string().optional(), pictures: listOf(Picture) }),
  z.object({
    type: z.literal('fact-box'),
    title: z.string(),
    blocks: listOf(z.discriminatedUnion('type', [Paragraph, ItemList])),
  }),
  z.object({ type: z.literal('related-link'), title: z.string(), url: z.string() }),
  z.object({ type: z.literal('embed'), provider: z.string(), url: z.string(), title: z.string() }),
  z.object({ type: z.literal('poll'), pollId: z.string() }),
]);
export type Block = z.infer<typeof Block>;

const Article = z.object({
  id: z.string(),
  slug: z.string(),
  kicker: z.string(),
  headline: z.string(),
  lead: z.string(),
  byline: z.array(
    z.object({ name: z.string(), role: z.string().optional(), portrait: z.string().optional() }),
  ),
  sponsor: z.string().optional(),
  corrections: listOf(z.object({ at: z.string(), note: z.string() })).default([]),
  dateline: z.object({ place: z.string().optional(), time: z.string() }),
  leadPicture: Picture,
  body: listOf(Block),
  section: Term,
  access,
  /** Whether the rest of the body is only for subscribers. */
  restricted: z.boolean().catch(false),
  label,
  publishedAt: z.string(),
  updatedAt: z.string(),
});
export type Article = z.infer<typeof Article>;

const Comment = z.object({
  id: z.string(),
  alias: z.string().nullable(),
  text: z.string().nullable(),
  createdAt: z.string(),
});
const Conversation = Comment.extend({ replies: listOf(Comment) });
export const Comments = z.object({
  open: z.boolean(),
  count: z.number(),
  items: listOf(Conversation),
  nextCursor: z.string().optional(),
});
export type Comment = z.infer<typeof Comment>;
export type Conversation = z.infer<typeof Conversation>;
export type Comments = z.infer<typeof Comments>;

export const Poll = z.object({
  id: z.string(),
  question: z.string(),
  state: z.string(),
  votes: z.number(),
  options: z.array(z.object({ id: z.string(), text: z.string(), votes: z.number() })),
});
export type Poll = z.infer<typeof Poll>;

const card = { kicker: z.string(), headline: z.string(), picture: Picture };
const Card = z.discriminatedUnion('type', [
  z.object({ type: z.literal('article'), slug: z.string(), ...card, label, access, interactions: count }),
  z.object({
    type: z.literal('slot'),
    ...card,
    label: z.enum(['paid', 'partner']).catch('paid'),
    sponsor: z.string(),
    url: z.string(),
  }),
]);
const Rails = z.object({
  rails: z.array(z.object({ kind: z.string(), title: z.string(), cards: listOf(Card) })),
});
export type Card = z.infer<typeof Card>;
export type Rails = z.infer<typeof Rails>;

const Interactions = z.object({ total: z.number() });

const status = z.enum(['fresh', 'stale', 'unavailable']).catch('fresh');

/** A part that is unavailable, or that this build cannot read, is null; the page is shown without it. */
const part = <S extends z.ZodType>(data: S) => z.object({ status, data: data.nullable().catch(null) });
export interface Part<T> {
  readonly status: z.infer<typeof status>;
  readonly data: T | null;
}

export const Page = z.object({
  article: z.object({ status, data: Article }),
  comments: part(Comments),
  poll: part(Poll),
  rails: part(Rails),
  interactions: part(Interactions),
});
export type Page = z.infer<typeof Page>;

export const Problem = z.object({
  code: z.string().default('unknown'),
  /** The newsroom's note to readers about a retraction. */
  note: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;
