import type { ArticleSummary } from '../article/article-summary.js';
import { markup } from './markup.js';
import { articleUrl, type Site } from './site.js';

/** Hours and items that news search engines accept: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap */
export const newsSitemapLimits = { hours: 48, items: 1_000 } as const;

/** The newest articles for search engines, without paid and partner content. */
export const newsSitemap = (site: Site, articles: readonly ArticleSummary[]): string =>
  markup`<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
${articles
  .filter(({ label }) => label === 'none')
  .slice(0, newsSitemapLimits.items)
  .map(
    (article) => markup`<url>
<loc>${articleUrl(site, article)}</loc>
<news:news>
<news:publication><news:name>${site.name}</news:name><news:language>${site.language.slice(0, 2)}</news:language></news:publication>
<news:publication_date>${article.publishedAt}</news:publication_date>
<news:title>${article.headline}</news:title>
</news:news>
</url>
`,
  )}</urlset>
`.text;
