import { Slug } from '#events';
import { requestOf } from './article-of.js';
import { htmlToBlocks } from './html-to-blocks.js';
import type { ImportedPicture, ImportRecord, Records } from './record.js';
import { plainText } from './plain-text.js';
import { childOf, elementsOf, escaped, textOf, type Element } from './xml.js';

/** The entries of an RSS 2.0 or Atom 1.0 file, each under its guid or id. */
export async function* feedEntries(file: AsyncIterable<Buffer>): Records {
  for await (const element of elementsOf(file, ['item', 'entry'])) yield entryOf(element);
}

function entryOf(entry: Element): ImportRecord {
  const { line } = entry;
  const link = linkOf(entry);
  const sourceId = textOf(entry, 'guid', 'id') ?? link;
  if (!sourceId) return { line, bad: 'has neither guid, id nor link' };
  const time = textOf(entry, 'pubDate', 'published', 'updated', 'dc:date');
  const publishedAt = time ? new Date(time) : undefined;
  if (publishedAt && Number.isNaN(publishedAt.getTime()))
    return { line, sourceId, bad: `has no time in «${time}»` };
  const [section, ...topics] = categoriesOf(entry);
  const request = requestOf({
    sourceId,
    state: 'published',
    title: plainText(htmlOf(entry, 'title')),
    slug: slugIn(link),
    summary: plainText(htmlOf(entry, 'description', 'summary')),
    body: htmlToBlocks(htmlOf(entry, 'content:encoded', 'content') ?? ''),
    publishedAt,
    authors: authorsOf(entry),
    section,
    topics,
    picture: pictureOf(entry),
  });
  return { line, sourceId, request };
}

/**
 * The first of these that has a text, as HTML. Atom's is plain text unless it says otherwise (RFC 4287, 3.1.1); RSS says
 * nothing, and HTML is what is in it.
 */
function htmlOf(entry: Element, ...names: readonly string[]): string | undefined {
  const element = names.map((name) => childOf(entry, name)).find((child) => child?.text.trim());
  if (!element) return undefined;
  const isPlain = entry.name === 'entry' && [undefined, 'text'].includes(element.attributes['type']);
  return isPlain ? escaped(element.text) : element.text;
}

function linkOf(entry: Element): string | undefined {
  const links = entry.children.filter(({ name }) => name === 'link');
  const alternate = links.find(({ attributes }) => (attributes['rel'] ?? 'alternate') === 'alternate');
  return alternate?.attributes['href'] ?? alternate?.text.trim() ?? undefined;
}

function slugIn(link: string | undefined): string | undefined {
  if (!link || !URL.canParse(link)) return undefined;
  const last = new URL(link).pathname
    .split('/')
    .findLast((part) => part !== '')
    ?.replace(/\.html?$/, '');
  return Slug.safeParse(last).success ? last : undefined;
}

const categoriesOf = ({ children }: Element): string[] =>
  children
    .filter(({ name }) => name === 'category')
    .map(
      ({ attributes, text }) =>
        (attributes['label'] ?? (text.trim() || attributes['term'])) as string | undefined,
    )
    .filter((category): category is string => Boolean(category));

const authorsOf = ({ children }: Element): string[] =>
  children.flatMap((child) => {
    if (child.name === 'dc:creator') return child.text.trim() || [];
    return child.name === 'author' ? (textOf(child, 'name') ?? nameIn(child.text) ?? []) : [];
  });

/** RSS wants `address (name)` in its author, and often gets a name alone. */
const nameIn = (author: string): string | undefined =>
  /\(([^)]+)\)/.exec(author)?.[1] ?? (author.includes('@') ? undefined : author.trim() || undefined);

function pictureOf(entry: Element): ImportedPicture | undefined {
  const media = [entry, ...entry.children.filter(({ name }) => name === 'media:group')]
    .flatMap(({ children }) => children)
    .find(
      ({ name, attributes }) =>
        name === 'media:content' && (attributes['medium'] ?? attributes['type'] ?? '').startsWith('image'),
    );
  const { url, width, height } = media?.attributes ?? {};
  if (!media || !url || !Number(width) || !Number(height)) return undefined;
  const alt = textOf(media, 'description', 'media:description', 'media:title') ?? '';
  const credit = childOf(media, 'media:credit')?.text.trim();
  return {
    url,
    width: Number(width),
    height: Number(height),
    ...(alt && { alt }),
    ...(credit && { credit }),
  };
}
