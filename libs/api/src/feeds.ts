import { z } from 'zod';
import { Slug } from '#events';
import { defineRoute } from './define-route.js';

const formats = {
  'rss.xml': ['RSS 2.0', 'application/rss+xml'],
  'atom.xml': ['Atom', 'application/atom+xml'],
  'feed.json': ['JSON Feed 1.1', 'application/feed+json'],
} as const;
type File = keyof typeof formats;

const siteFeed = <F extends File>(file: F) =>
  defineRoute({
    method: 'GET',
    path: `/feeds/${file}` as const,
    summary: `The newest articles as ${formats[file][0]}.`,
    audience: ['anyone'],
    response: { mediaType: formats[file][1] },
    cached: true,
  });

const termFeed = <F extends File, Plural extends string>(plural: Plural, file: F) =>
  defineRoute({
    method: 'GET',
    path: `/feeds/${plural}/{slug}/${file}` as const,
    summary: `The newest articles of one of the ${plural} as ${formats[file][0]}.`,
    audience: ['anyone'],
    params: z.object({ slug: Slug }),
    response: { mediaType: formats[file][1] },
    cached: true,
    redirects: true,
    problems: ['term.not-found'],
  });

const files = Object.keys(formats) as File[];

export const siteFeeds = files.map((file) => siteFeed(file));
export const termFeeds = ['sections', 'topics', 'places', 'authors'].flatMap((plural) =>
  files.map((file) => termFeed(plural, file)),
);

export const getNewsSitemap = defineRoute({
  method: 'GET',
  path: '/sitemap-news.xml',
  summary: 'The articles of the last two days, as a Google News sitemap.',
  audience: ['anyone'],
  response: { mediaType: 'application/xml' },
  cached: true,
});
