import { z } from 'zod';
import { PublicArticle } from './articles.js';
import { CommentList } from './comments.js';
import { named } from './components.js';
import { defineRoute } from './define-route.js';
import { PublicPoll } from './polls.js';
import { InteractionCount, Rail } from './rails.js';
import { IdOrSlug } from './values.js';

const status = z.enum(['fresh', 'stale']);

/** A page part: current, from a short time ago, or unavailable. */
const partOf = <Data extends z.ZodType>(data: Data) =>
  z.discriminatedUnion('status', [
    z.object({ status, data }),
    z.object({ status: z.literal('unavailable'), data: z.null() }),
  ]);

export const Page = named(
  'Page',
  z.object({
    article: z.object({ status, data: PublicArticle }),
    comments: partOf(CommentList),
    poll: partOf(PublicPoll.nullable().describe('null when the article has no poll')),
    rails: partOf(z.object({ rails: z.array(Rail) })),
    interactions: partOf(InteractionCount),
  }),
);
export type Page = z.infer<typeof Page>;

export const getPage = defineRoute({
  method: 'GET',
  path: '/v1/articles/{idOrSlug}/page',
  summary: "Everything that an article's page shows.",
  description:
    'Every part but the article may be stale or unavailable on its own; the others are not affected.',
  audience: ['anyone', 'subscribed-reader'],
  params: z.object({ idOrSlug: IdOrSlug }),
  response: Page,
  composed: true,
  cached: true,
  redirects: true,
  problems: ['article.unknown', 'article.retracted'],
});
