import { z } from 'zod';
import { Access, ArticleSnapshot, Block, Count, Id, Label, Picture, Slug, Time } from '#events';
import { named } from './components.js';
import { defineRoute } from './define-route.js';
import { FilterTerm } from './terms.js';
import { Cursor, IdOrSlug, limitOf, LIST_LIMITS, NextCursor, TimeWithOffset } from './values.js';

const { shape } = ArticleSnapshot;

/** An article as readers get it. */
export const PublicArticle = named(
  'Article',
  ArticleSnapshot.extend({
    version: z.int().positive(),
    body: z.array(Block).describe('only the first blocks of a paid article, unless the caller subscribes'),
    restricted: z.literal(true).optional().describe('part of this paid article is withheld'),
  }),
);
export type PublicArticle = z.infer<typeof PublicArticle>;

/** An article as a list shows it. */
export const ArticleSummary = named(
  'ArticleSummary',
  z.object({
    id: Id,
    slug: Slug,
    kicker: z.string(),
    headline: z.string(),
    shortHeadline: z.string().optional(),
    lead: z.string(),
    picture: Picture,
    section: shape.section,
    access: Access,
    label: Label,
    sponsor: z.string().optional(),
    publishedAt: Time,
  }),
);

const interactions = Count.describe('published comments and poll votes');

const filters = {
  section: Slug.optional(),
  topic: Slug.optional(),
  place: Slug.optional(),
  author: Slug.optional(),
};
const page = { cursor: Cursor.optional(), limit: limitOf(LIST_LIMITS.articles, 20) };

const ArticleList = named(
  'ArticleList',
  z.object({
    terms: z.array(FilterTerm).describe('the terms that filter the list'),
    items: z.array(ArticleSummary.extend({ interactions })),
    nextCursor: NextCursor,
  }),
);

export const listArticles = defineRoute({
  method: 'GET',
  path: '/v1/articles',
  summary: 'Published articles, newest first.',
  audience: ['anyone'],
  query: z.strictObject({ ...filters, ...page }),
  response: ArticleList,
  composed: true,
  cached: true,
  redirects: true,
  problems: ['term.not-found', 'list.bad-cursor'],
});

const listOf = <Plural extends string>(plural: Plural) =>
  defineRoute({
    method: 'GET',
    path: `/v1/${plural}/{slug}` as const,
    summary: `Published articles of one of the ${plural}, newest first.`,
    audience: ['anyone'],
    params: z.object({ slug: Slug }),
    query: z.strictObject({ ...filters, ...page }),
    response: ArticleList,
    composed: true,
    cached: true,
    redirects: true,
    problems: ['term.not-found', 'list.bad-cursor'],
  });

export const listSection = listOf('sections');
export const listTopic = listOf('topics');
export const listPlace = listOf('places');
export const listAuthor = listOf('authors');

const Range = z.object({ start: Count, end: Count }).describe('in UTF-16 code units; `end` is exclusive');
const Ranges = z.array(Range);

export const searchArticles = defineRoute({
  method: 'GET',
  path: '/v1/search',
  summary: 'Published articles that match the query, by relevance or date.',
  audience: ['anyone'],
  query: z.strictObject({
    q: z.string().trim().min(1).max(200).describe('words; "a phrase" in quotes; -word excludes a word'),
    ...filters,
    from: TimeWithOffset.optional().describe('published at this time or later'),
    to: TimeWithOffset.optional().describe('published before this time'),
    order: z.enum(['relevance', 'date']).default('relevance').describe('`date`: newest first'),
    cursor: Cursor.optional(),
    limit: limitOf(LIST_LIMITS.articles, 10),
  }),
  response: z.object({
    items: z.array(
      ArticleSummary.extend({
        interactions,
        highlights: z
          .object({ kicker: Ranges, headline: Ranges, lead: Ranges })
          .describe('where the words occur'),
        excerpt: z
          .object({ text: z.string(), ranges: Ranges })
          .optional()
          .describe('a passage of the body that matches, if no other text does'),
      }),
    ),
    total: Count,
    similar: z.boolean().describe('no article has the words as typed; these have similar words'),
    nextCursor: NextCursor,
  }),
  composed: true,
  cached: true,
  redirects: true,
  problems: ['search.empty', 'term.not-found', 'list.bad-cursor'],
});

const params = z.object({ idOrSlug: IdOrSlug });

export const getArticle = defineRoute({
  method: 'GET',
  path: '/v1/articles/{idOrSlug}',
  summary: 'A published article. Only subscribers get the whole of a paid one.',
  audience: ['anyone', 'subscribed-reader'],
  params,
  response: PublicArticle,
  cached: true,
  redirects: true,
  problems: ['article.unknown', 'article.retracted'],
});

export const getNinjs = defineRoute({
  method: 'GET',
  path: '/v1/articles/{idOrSlug}/ninjs',
  summary: 'The article as IPTC ninjs 3.1, for other newsrooms.',
  audience: ['anyone'],
  params,
  response: z.looseObject({ uri: z.string(), type: z.string() }),
  cached: true,
  redirects: true,
  problems: ['article.unknown', 'article.retracted'],
});
