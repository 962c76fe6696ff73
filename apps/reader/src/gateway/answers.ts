import { z } from 'zod';

/**
 * What the reader takes from the gateway's answers: only what it shows, and tolerant of anything more, so that the
 * gateway may grow without it.
 */

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

const label = z.enum(['none', 'paid', 'partner']).catch('paid');
const access = z.enum(['free', 'paid']).catch('free');

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
  interactions: z.number().default(0),
});
export type Summary = z.infer<typeof Summary>;

export const List = z.object({ items: z.array(Summary), nextCursor: z.string().optional() });
export type List = z.infer<typeof List>;

export const Sections = z.array(Term);

const Run = z.object({
  text: z.string(),
  strong: z.boolean().optional(),
  emphasis: z.boolean().optional(),
  link: z.string().optional(),
});
export type Run = z.infer<typeof Run>;

export const Block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('paragraph'), runs: z.array(Run) }),
  z.object({ type: z.literal('crosshead'), text: z.string() }),
  z.object({ type: z.literal('picture'), picture: Picture }),
  z.object({ type: z.literal('quote'), text: z.string(), attribution: z.string() }),
  z.object({ type: z.literal('list'), ordered: z.boolean(), items: z.array(z.array(Run)) }),
  z.object({ type: z.literal('poll'), pollId: z.string() }),
]);
export type Block = z.infer<typeof Block>;

const Article = z.object({
  id: z.string(),
  slug: z.string(),
  kicker: z.string(),
  headline: z.string(),
  lead: z.string(),
  byline: z.array(z.object({ name: z.string(), role: z.string().optional(), portrait: z.string().optional() })),
  dateline: z.object({ place: z.string().optional(), time: z.string() }),
  leadPicture: Picture,
  // A kind of block that this build does not know is passed over.
  body: z.array(Block.nullable().catch(null)).transform((blocks) => blocks.filter((block) => block !== null)),
  section: Term,
  access,
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
const Conversation = Comment.extend({ replies: z.array(Comment) });
const Comments = z.object({ open: z.boolean(), count: z.number(), items: z.array(Conversation) });
export type Comment = z.infer<typeof Comment>;
export type Conversation = z.infer<typeof Conversation>;
export type Comments = z.infer<typeof Comments>;

const Poll = z.object({
  id: z.string(),
  question: z.string(),
  state: z.string(),
  votes: z.number(),
  options: z.array(z.object({ id: z.string(), text: z.string(), votes: z.number() })),
});
export type Poll = z.infer<typeof Poll>;

const card = { kicker: z.string(), headline: z.string(), picture: Picture };
const Card = z.discriminatedUnion('type', [
  z.object({ type: z.literal('article'), slug: z.string(), ...card, label, access, interactions: z.number() }),
  z.object({ type: z.literal('slot'), ...card, label: z.enum(['paid', 'partner']), sponsor: z.string(), url: z.string() }),
]);
const Rails = z.object({ rails: z.array(z.object({ kind: z.string(), title: z.string(), cards: z.array(Card) })) });
export type Card = z.infer<typeof Card>;
export type Rails = z.infer<typeof Rails>;

const Interactions = z.object({ total: z.number() });

/** A part that is not to be had, or that this build cannot read, is null; the page goes on without it. */
const part = <T extends z.ZodObject>(data: T) => z.object({ data: data.nullable().catch(null) });

export const Page = z.object({
  article: z.object({ data: Article }),
  comments: part(Comments),
  poll: part(Poll),
  rails: part(Rails),
  interactions: part(Interactions),
});
export type Page = z.infer<typeof Page>;

export const Problem = z.object({
  code: z.string().default('unknown'),
  title: z.string().default(''),
  note: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;
