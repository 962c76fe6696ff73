import { bloggerKindOf } from './blogger.js';
import { linkOf, webUrlOf } from './addresses.js';
import { requestOf, shortId } from './import-request.js';
import { htmlToBlocks } from './html-to-blocks.js';
import { apiLimits } from './limits.js';
import { Notes, type ImportedPicture, type ImportRecord, type Records } from './record.js';
import { plainText } from './plain-text.js';
import { timeOf } from './times.js';
import { childOf, elementsOf, escaped, textOf, type Element } from './xml/elements.js';

/** The entries of an RSS, Atom or RDF file, identified by guid or id. */
export async function* feedEntries(file: AsyncIterable<Buffer>): Records {
  let site: string | undefined;
  for await (const element of elementsOf(file, { others: ['link', 'atom:link'] })) {
    if ('bad' in element) yield element;
    else if (element.name === 'link') site ??= webUrlOf(addressOf([element]));
    else yield entryOf(element, site);
  }
}

function entryOf(entry: Element, site: string | undefined): ImportRecord {
  const { line } = entry;
  const link = addressOf(entry.children.filter(({ name }) => name === 'link'));
  const id = textOf(entry, 'guid', 'id') ?? entry.attributes['about'] ?? link;
  const title = textOf(entry, 'title')?.slice(0, 120);
  if (!id) return { line, title, bad: 'has neither guid, id nor link' };
  const named = { line, sourceId: shortId(id), title };
  try {
    const kind = bloggerKindOf(entry);
    if (kind.passedOver) return { ...named, passedOver: kind.passedOver };
    return { ...named, ...articleOf(entry, id, { page: linkOf(link, site), site }, kind.isDraft) };
  } catch (error) {
    return { ...named, bad: (error as Error).message };
  }
}

/** The bases of relative addresses in an entry. */
interface Bases {
  readonly page: string | undefined;
  readonly site: string | undefined;
}

/** @throws Error if the entry is not readable. */
function articleOf(entry: Element, sourceId: string, { page, site }: Bases, isDraft: boolean) {
  const address = page ?? site;
  const notes = new Notes(entry.notes);
  const given = textOf(entry, 'pubDate', 'published', 'blogger:created', 'updated', 'dc:date', 'date');
  const time = given ? timeOf(given) : undefined;
  if (given && !time) throw new Error(`has an invalid time "${given.slice(0, 80)}"`);
  if (time && !time.hasZone) notes.add('time without a zone, read as UTC');
  if (!time && !isDraft) notes.add('without a time, published with the time of the import');
  const base = childOf(entry, 'content')?.attributes['base'] ?? entry.attributes['base'];
  const html = htmlOf(entry, 'content:encoded', 'content');
  const description = htmlOf(entry, 'description', 'summary');
  const summary = plainText(description);
  // A long description is the body, not a summary.
  const isLead = summary !== undefined && summary.length <= apiLimits.lead;
  const body = htmlToBlocks(html ?? description ?? '', {
    base: linkOf(base, address) ?? address,
    note: (what) => notes.add(what),
  });
  const [section, ...topics] = categoriesOf(entry);
  const request = requestOf(
    {
      sourceId,
      state: isDraft ? 'draft' : 'published',
      title: plainText(htmlOf(entry, 'title')),
      slug: slugIn(textOf(entry, 'blogger:filename') ?? page),
      summary: html || isLead ? summary : undefined,
      body,
      time: time?.at,
      authors: authorsOf(entry),
      section,
      topics,
      picture: pictureOf(entry, address, notes),
    },
    (what) => notes.add(what),
  );
  return { request, notes: notes.all };
}

/**
 * The first of these elements that has text, as HTML. Atom text is plain unless its type says otherwise (RFC 4287, 3.1.1).
 * RSS text has no type and is HTML in practice.
 */
function htmlOf(entry: Element, ...names: readonly string[]): string | undefined {
  const element = names.map((name) => childOf(entry, name)).find((child) => child?.text.trim());
  if (!element) return undefined;
  const isPlain = entry.name === 'entry' && [undefined, 'text'].includes(element.attributes['type']);
  return isPlain ? escaped(element.text) : element.text;
}

function addressOf(links: readonly Element[]): string | undefined {
  const alternate = links.find(({ attributes }) => (attributes['rel'] ?? 'alternate') === 'alternate');
  return alternate?.attributes['href'] ?? (alternate?.text.trim() || undefined);
}

function slugIn(link: string | undefined): string | undefined {
  const url = link && URL.canParse(link, 'https://host.invalid') && new URL(link, 'https://host.invalid');
  if (!url) return undefined;
  return url.pathname
    .split('/')
    .findLast((part) => part !== '')
    ?.replace(/\.(?:html?|php|aspx?)$/, '');
}

/** Blogger also uses a category for the kind of an entry. */
const categoriesOf = ({ children }: Element): string[] =>
  children
    .filter(({ name, attributes }) => name === 'category' && !attributes['scheme']?.endsWith('#kind'))
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

/** RSS specifies `address (name)`; many feeds have only a name. */
const nameIn = (author: string): string | undefined =>
  /\(([^()]+)\)/.exec(author)?.[1] ?? (author.includes('@') ? undefined : author.trim() || undefined);

function pictureOf(entry: Element, page: string | undefined, notes: Notes): ImportedPicture | undefined {
  const media = [entry, ...entry.children.filter(({ name }) => name === 'media:group')]
    .flatMap(({ children }) => children)
    .find(
      ({ name, attributes }) =>
        name === 'media:content' && (attributes['medium'] ?? attributes['type'] ?? '').startsWith('image'),
    );
  const { width, height } = media?.attributes ?? {};
  const url = webUrlOf(media?.attributes['url'], page);
  const isEnclosed = entry.children.some(
    ({ name, attributes }) => name === 'enclosure' || (name === 'media:thumbnail' && attributes['url']),
  );
  if (!media || !url || !Number(width) || !Number(height)) {
    if (media || isEnclosed) notes.add('picture or file of the entry without size or address, left out');
    return undefined;
  }
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
