import { linkOf, pictureKey, webUrlOf } from './addresses.js';
import { requestOf, shortId } from './import-request.js';
import { detached } from './detached.js';
import { htmlToBlocks } from './html-to-blocks.js';
import { apiLimits } from './limits.js';
import { plainText } from './plain-text.js';
import { Notes, type ImportedPicture, type ImportRecord, type Records } from './record.js';
import { cut } from './text-runs.js';
import { timeOf, type SourceTime } from './times.js';
import { wordPressHtml } from './wordpress-html.js';
import { elementsOf, textOf, type Element } from './xml/elements.js';

type KnownPicture = Partial<ImportedPicture> & { readonly url: string };

/** What posts refer to; it may be anywhere in an export. */
interface Library {
  /** By the id of the attachment, and by {@link pictureKey}. */
  readonly pictures: Map<string, KnownPicture>;
  /** Addresses of pictures, by the id of the post they were uploaded with. */
  readonly attached: Map<string, string[]>;
  /** Display names, by login. */
  readonly authors: Map<string, string>;
  site?: string;
}

/** Skips the parsing of posts in the pass that collects pictures. */
const mayBeAttachment = (source: string): boolean =>
  !source.startsWith('<item') || source.includes('attachment');

/** WordPress's default category, in its most common languages. */
const noCategory = new Set([
  'Uncategorized',
  'Unkategorisiert',
  'Nicht kategorisiert',
  'Non classé',
  'Senza categoria',
]);

/**
 * The posts of a WordPress export (WXR 1.0 to 1.2). Reads the file twice, since the pictures and authors of a post may come
 * after it. @param open returns the file from its start.
 */
export async function* wordPressPosts(open: () => AsyncIterable<Buffer>): Records {
  const library: Library = { pictures: new Map(), attached: new Map(), authors: new Map() };
  const beside = ['author', 'wp:author', 'link', 'wp:base_blog_url'];
  for await (const element of elementsOf(open(), { others: beside, isWanted: mayBeAttachment })) {
    if (!('bad' in element)) collect(library, element);
  }
  for await (const element of elementsOf(open())) {
    yield 'bad' in element ? element : recordOf(element, library);
  }
}

function collect(library: Library, element: Element): void {
  const { authors, pictures, attached } = library;
  if (element.name === 'wp:author') {
    const login = textOf(element, 'wp:author_login');
    if (login) authors.set(detached(login), detached(textOf(element, 'wp:author_display_name') ?? login));
    return;
  }
  if (element.name === 'link' || element.name === 'wp:base_blog_url') {
    library.site ??= webUrlOf(detached(element.text));
  }
  const address = textOf(element, 'wp:attachment_url');
  const url = address && webUrlOf(detached(address), library.site);
  if (textOf(element, 'wp:post_type') !== 'attachment' || !url) return;
  const picture = pictureIn(element, url);
  pictures.set(pictureKey(url), picture);
  const id = textOf(element, 'wp:post_id');
  if (id) pictures.set(detached(id), picture);
  const parent = textOf(element, 'wp:post_parent');
  if (!parent || !picture.width) return;
  const siblings = attached.get(parent);
  if (siblings) siblings.push(url);
  else attached.set(detached(parent), [url]);
}

function pictureIn(element: Element, url: string): KnownPicture {
  // Serialized by PHP: the size of the original comes before those of its smaller copies.
  const size = metaOf(element, '_wp_attachment_metadata') ?? '';
  const width = Number(/s:5:"width";i:(\d+)/.exec(size)?.[1]);
  const height = Number(/s:6:"height";i:(\d+)/.exec(size)?.[1]);
  const alt = metaOf(element, '_wp_attachment_image_alt');
  const caption = plainTextOr(textOf(element, 'excerpt:encoded'));
  return {
    url,
    ...(width && height && { width, height }),
    ...(alt && { alt: detached(cut(alt, apiLimits.caption)[0]) }),
    ...(caption && { caption: detached(cut(caption, apiLimits.caption)[0]) }),
  };
}

/** @returns undefined for unreadable HTML: a bad caption must not stop the import. */
function plainTextOr(html: string | undefined): string | undefined {
  try {
    return plainText(html);
  } catch {
    return undefined;
  }
}

function recordOf(item: Element, library: Library): ImportRecord {
  const { line } = item;
  const id = textOf(item, 'guid', 'link');
  const title = textOf(item, 'title')?.slice(0, 120);
  const notes = new Notes(item.notes);
  notes.add('comment, left out', item.children.filter(({ name }) => name === 'wp:comment').length);
  const sourceId = id && shortId(id);
  const passedOver = noArticle(item);
  if (passedOver) return { line, sourceId, passedOver, notes: notes.all };
  if (!id) return { line, title, bad: 'has neither guid nor link' };
  try {
    return { line, sourceId, title, request: postOf(item, id, library, notes), notes: notes.all };
  } catch (error) {
    return { line, sourceId, title, bad: (error as Error).message };
  }
}

/** Why the item is not an article. @returns undefined if it is one. */
function noArticle(item: Element): string | undefined {
  const type = textOf(item, 'wp:post_type') ?? 'post';
  const status = textOf(item, 'wp:status') ?? '';
  if (type === 'attachment') return 'attachment, which describes pictures of posts';
  if (type !== 'post') return type === 'page' ? 'page' : `${type.slice(0, 40)} of WordPress`;
  if (status === 'trash') return 'post in the trash';
  return ['auto-draft', 'inherit'].includes(status)
    ? `post that is only an ${status} of WordPress`
    : undefined;
}

/** @throws Error if the post is not readable. */
function postOf(item: Element, sourceId: string, library: Library, notes: Notes) {
  const { pictures, attached, authors, site } = library;
  const note = (what: string): void => notes.add(what);
  const page = linkOf(textOf(item, 'link'), site) ?? site;
  const html = wordPressHtml(textOf(item, 'content:encoded') ?? '', {
    pictureOf: (id) => pictures.get(id)?.url,
    attached: attached.get(textOf(item, 'wp:post_id') ?? ''),
    note,
  });
  const pictureAt = (url: string) =>
    pictures.get(pictureKey(url)) ?? pictures.get(pictureKey(originalOf(url)));
  const state = stateOf(item, notes);
  const [section, ...others] = namesIn(item, 'category');
  const creators = item.children.filter(({ name }) => name === 'dc:creator').map(({ text }) => text.trim());
  const picture = metaOf(item, '_thumbnail_id');
  const lead = picture ? wholePicture(pictures.get(picture)) : undefined;
  if (picture && !lead) note('lead picture that is not in the export or has no size, left out');
  return requestOf(
    {
      sourceId,
      state,
      title: plainText(textOf(item, 'title')),
      slug: textOf(item, 'wp:post_name'),
      summary: plainText(textOf(item, 'excerpt:encoded')),
      body: htmlToBlocks(html, { base: page, hasParagraphsByLine: true, pictureAt, note }),
      time: timeIn(item, state, notes),
      authors: creators.filter(Boolean).map((login) => authors.get(login) ?? login),
      section,
      topics: [...namesIn(item, 'post_tag'), ...others],
      picture: lead,
    },
    note,
  );
}

/** A post with a password has the status of a published one, but is not public. */
function stateOf(item: Element, notes: Notes): 'published' | 'draft' {
  const status = textOf(item, 'wp:status') ?? '';
  if (status === 'publish' && !textOf(item, 'wp:post_password')) return 'published';
  notes.add(
    status === 'publish'
      ? 'post behind a password, imported as a draft'
      : `post with the status "${status.slice(0, 40)}", imported as a draft`,
  );
  return 'draft';
}

/**
 * The time of publication. WordPress writes year 0 or -1 for drafts, so only public and scheduled posts have one.
 * @throws Error if it is not a time.
 */
function timeIn(item: Element, state: 'published' | 'draft', notes: Notes): Date | undefined {
  if (state === 'draft' && textOf(item, 'wp:status') !== 'future') return undefined;
  const given = ['wp:post_date_gmt', 'pubDate', 'wp:post_date']
    .map((name) => ({ name, text: textOf(item, name) ?? '' }))
    .find(({ text }) => text !== '' && !/^0000|-0001/.test(text));
  if (!given) {
    notes.add('without a time, published with the time of the import');
    return undefined;
  }
  const time: SourceTime | undefined = timeOf(given.text);
  if (!time) throw new Error(`has an invalid time "${given.text.slice(0, 80)}"`);
  if (!time.hasZone && given.name !== 'wp:post_date_gmt') notes.add('time without a zone, read as UTC');
  return time.at;
}

/** The file name of a smaller copy contains its size. */
const originalOf = (url: string): string => url.replace(/-\d{1,5}x\d{1,5}(\.\w{1,5})$/, '$1');

const wholePicture = (picture: KnownPicture | undefined): ImportedPicture | undefined =>
  picture?.width && picture.height ? { ...picture, width: picture.width, height: picture.height } : undefined;

const namesIn = ({ children }: Element, domain: string): string[] =>
  children
    .filter(({ name, attributes }) => name === 'category' && attributes['domain'] === domain)
    .map(({ text }) => text.trim())
    .filter((name) => name !== '' && !noCategory.has(name));

const metaOf = ({ children }: Element, key: string): string | undefined => {
  const meta = children.find((child) => child.name === 'wp:postmeta' && textOf(child, 'wp:meta_key') === key);
  return meta && textOf(meta, 'wp:meta_value');
};
