import type { ArticleSnapshot } from '#events';
import type { ReadableArticle } from '../article/paywall.rules.js';
import { htmlOf } from './html.js';
import { markup } from './markup.js';
import { articleUrl, pictureType, titleOf, urnOf, type Feed, type Site } from './site.js';

/** Minutes for which a client may cache the feed. */
const TTL = 5;

/** RSS 2.0 (https://www.rssboard.org/rss-specification) with the body, authors and the lead picture. */
export const rssFeed = (
  site: Site,
  { title, description, path, homeUrl, updatedAt, articles }: Feed,
): string =>
  markup`<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
<title>${title}</title>
<link>${homeUrl}</link>
<description>${description}</description>
<language>${site.language}</language>
<lastBuildDate>${updatedAt.toUTCString()}</lastBuildDate>
<ttl>${TTL}</ttl>
<atom:link rel="self" type="application/rss+xml" href="${site.apiUrl + path}"/>
${articles.map((article) => item(site, article))}</channel>
</rss>
`.text;

const item = (site: Site, article: ReadableArticle) => markup`<item>
<title>${titleOf(article)}</title>
<link>${articleUrl(site, article)}</link>
<guid isPermaLink="false">${urnOf(article)}</guid>
<pubDate>${new Date(article.publishedAt).toUTCString()}</pubDate>
<description>${article.lead}</description>
${[article.section, ...article.topics].map(({ name }) => markup`<category>${name}</category>\n`)}${article.byline.map(
  ({ name }) => markup`<dc:creator>${name}</dc:creator>\n`,
)}${picture(article)}<content:encoded>${htmlOf(article, articleUrl(site, article))}</content:encoded>
</item>
`;

function picture({ leadPicture: { url, width, height, alt, credit } }: ArticleSnapshot) {
  const type = pictureType(url);
  return markup`<media:content url="${url}" medium="image"${
    type && markup` type="${type}"`
  } width="${width}" height="${height}"><media:description>${alt}</media:description><media:credit>${credit}</media:credit></media:content>
`;
}
