import { textsOf, type Picture } from '#events';
import type { ReadableArticle } from '../article/paywall.rules.js';
import { htmlOf } from './html.js';
import { articleUrl, pictureType, titleOf, type Site } from './site.js';

/**
 * An article for other newsrooms: IPTC ninjs 3.1 (https://iptc.org/standards/ninjs/). A paid article is a partial
 * representation, without the text for subscribers.
 */
export function ninjs(site: Site, article: ReadableArticle, version: number): object {
  const term = (kind: string, rel: string) => (one: { slug: string; name: string }) => ({
    name: one.name,
    rel,
    uri: `${site.apiUrl}/v1/${kind}/${one.slug}`,
  });
  const pictures = [article.leadPicture, ...article.body.flatMap(picturesOf)];
  return {
    uri: `${site.apiUrl}/v1/articles/${article.id}`,
    type: 'text',
    representationType: article.restricted ? 'partial' : 'full',
    profile: 'newsroom-article',
    version: String(version),
    firstCreated: article.publishedAt,
    versionCreated: article.updatedAt,
    contentCreated: article.dateline.time,
    pubStatus: 'usable',
    copyrightHolder: site.name,
    language: site.language,
    title: titleOf(article),
    by: article.byline.map(({ name }) => name).join(', '),
    ...(article.dateline.place && { located: article.dateline.place }),
    headlines: [
      text('main', titleOf(article)),
      text('kicker', article.kicker),
      ...(article.shortHeadline ? [text('short', article.shortHeadline)] : []),
    ],
    descriptions: [
      text('summary', article.lead),
      ...(article.corrections ?? []).map(({ at, note }) => text('correction', `${at}: ${note}`)),
    ],
    bodies: [body(site, article)],
    people: article.byline.map(term('authors', 'author')),
    places: article.places.map(term('places', 'about')),
    subjects: [term('sections', 'section')(article.section), ...article.topics.map(term('topics', 'about'))],
    ...(article.label !== 'none' && {
      genres: [{ name: article.label === 'paid' ? 'Advertisement' : 'Partner content' }],
    }),
    associations: pictures.map(association),
    altIds: [{ role: 'slug', value: article.slug }],
    standard: {
      name: 'ninjs',
      version: '3.1',
      schema: 'http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#',
    },
  };
}

const text = (role: string, value: string) => ({ role, contentType: 'text/plain', value });

function body(site: Site, article: ReadableArticle) {
  const words = article.body.flatMap(textsOf).join(' ');
  return {
    role: 'main',
    contentType: 'text/html',
    charCount: words.length,
    wordCount: words.split(/\s+/).filter(Boolean).length,
    value: htmlOf(article, articleUrl(site, article)),
  };
}

const picturesOf = (block: ReadableArticle['body'][number]): Picture[] =>
  block.type === 'picture' ? [block.picture] : block.type === 'gallery' ? block.pictures : [];

function association({ url, width, height, alt, caption, credit }: Picture, index: number) {
  // Percent-encoded: the standard requires URIs, while picture addresses may contain any letters.
  const uri = new URL(url).href;
  const type = pictureType(url);
  return {
    name: index === 0 ? 'lead picture' : `picture ${index}`,
    uri,
    type: 'picture',
    pubStatus: 'usable',
    copyrightNotice: credit,
    descriptions: [text('alt', alt), ...(caption ? [text('caption', caption)] : [])],
    renditions: [{ name: 'original', href: uri, ...(type && { contentType: type }), width, height }],
  };
}
