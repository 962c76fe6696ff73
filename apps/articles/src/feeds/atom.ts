import type { ReadableArticle } from '../article/paywall.rules.js';
import { htmlOf } from './html.js';
import { markup } from './markup.js';
import { articleUrl, titleOf, urnOf, type Feed, type Site } from './site.js';

/** Atom 1.0 (RFC 4287). */
export const atomFeed = (
  site: Site,
  { title, description, path, homeUrl, updatedAt, articles }: Feed,
): string =>
  markup`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${site.language}">
<id>${site.apiUrl + path}</id>
<title>${title}</title>
<subtitle>${description}</subtitle>
<updated>${updatedAt.toISOString()}</updated>
<link rel="self" type="application/atom+xml" href="${site.apiUrl + path}"/>
<link rel="alternate" type="text/html" href="${homeUrl}"/>
<author><name>${site.name}</name></author>
${articles.map((article) => entry(site, article))}</feed>
`.text;

const entry = (site: Site, article: ReadableArticle) => markup`<entry>
<id>${urnOf(article)}</id>
<title>${titleOf(article)}</title>
<link rel="alternate" type="text/html" href="${articleUrl(site, article)}"/>
<published>${article.publishedAt}</published>
<updated>${article.updatedAt}</updated>
${article.byline.map(({ name }) => markup`<author><name>${name}</name></author>\n`)}${[
  article.section,
  ...article.topics,
].map(
  ({ slug, name }) => markup`<category term="${slug}" label="${name}"/>\n`,
)}<summary>${article.lead}</summary>
<content type="html">${htmlOf(article, articleUrl(site, article))}</content>
</entry>
`;
