import { z } from 'zod';
import { Access, Count, Id, Label, Picture, Slug, Term, Time, WebUrl } from '#events';
import { named } from './components.js';
import { defineRoute } from './define-route.js';

export const railKinds = ['related', 'section', 'topic', 'place'] as const;

/** A slot is always labelled. */
const SlotLabel = Label.exclude(['none']);

export const RailCard = named(
  'RailCard',
  z.discriminatedUnion('type', [
    named(
      'ArticleCard',
      z.object({
        type: z.literal('article'),
        id: Id,
        slug: Slug,
        kicker: z.string(),
        headline: z.string(),
        picture: Picture,
        label: Label,
        access: Access,
        section: Term,
        publishedAt: Time,
        interactions: Count.describe('published comments and poll votes; clients hide 0'),
      }),
    ),
    named(
      'SlotCard',
      z.object({
        type: z.literal('slot'),
        id: Id,
        kicker: z.string(),
        headline: z.string(),
        picture: Picture,
        label: SlotLabel,
        sponsor: z.string(),
        url: WebUrl,
      }),
    ),
  ]),
);

export const Rail = named(
  'Rail',
  z.object({ kind: z.enum(railKinds), title: z.string(), cards: z.array(RailCard).min(1).max(4) }),
);

export const getRails = defineRoute({
  method: 'GET',
  path: '/v1/articles/{id}/rails',
  summary: 'The rails beside an article, in page order.',
  audience: ['anyone'],
  params: z.object({ id: Id }),
  response: z.object({ rails: z.array(Rail) }),
  cached: true,
});

export const InteractionCount = named(
  'InteractionCount',
  z.object({ articleId: Id, comments: Count, votes: Count, total: Count }),
);

export const getInteractions = defineRoute({
  method: 'GET',
  path: '/v1/interactions',
  summary: 'Counts of published comments and poll votes per article.',
  audience: ['anyone'],
  query: z.strictObject({
    ids: z.string().max(4_000).describe('1 to 100 ids of articles, separated by commas'),
  }),
  response: z.object({ items: z.array(InteractionCount) }),
  cached: true,
});

export const Slot = named(
  'Slot',
  z.object({
    id: Id,
    slug: Slug,
    rail: z.enum(railKinds),
    position: z.int().min(1).max(4),
    section: Slug.nullable().describe('only on pages of this section; null: everywhere'),
    label: SlotLabel,
    sponsor: z.string(),
    kicker: z.string(),
    headline: z.string(),
    picture: Picture,
    url: WebUrl,
  }),
);

export const SlotRequest = z.strictObject({
  rail: z.enum(railKinds),
  position: z.int().min(1).max(4),
  section: Slug.optional(),
  label: SlotLabel,
  sponsor: z.string().trim().min(1).max(80),
  kicker: z.string().trim().min(1).max(60),
  headline: z.string().trim().min(1).max(160),
  picture: z.strictObject(Picture.shape),
  url: WebUrl,
});

const params = z.object({ slug: Slug });

export const listSlots = defineRoute({
  method: 'GET',
  path: '/v1/editorial/slots',
  summary: 'All slots: sold positions in rails.',
  audience: ['sales'],
  response: z.array(Slot),
});

export const putSlot = defineRoute({
  method: 'PUT',
  path: '/v1/editorial/slots/{slug}',
  summary: 'Books a position in a rail, or changes a booking.',
  audience: ['sales'],
  params,
  body: SlotRequest,
  response: Slot,
});

export const removeSlot = defineRoute({
  method: 'DELETE',
  path: '/v1/editorial/slots/{slug}',
  summary: 'Ends a booking.',
  audience: ['sales'],
  params,
  response: null,
});
