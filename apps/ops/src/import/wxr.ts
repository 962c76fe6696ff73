import { Slug } from '#events';
import { requestOf } from './article-of.js';
import { htmlToBlocks } from './html-to-blocks.js';
import { plainText } from './plain-text.js';
import type { ImportedPicture, ImportRecord, Records } from './record.js';
import { cut } from './text-runs.js';
import { wordPressHtml } from './wordpress-html.js';
import { elementsOf, textOf, type Element } from './xml.js';

/** What posts refer to and an export may hold anywhere. */
interface Library {
  /** By the id of the attachment, and by address. */
  readonly pictures: Map<string, Partial<ImportedPicture> & { readonly url: string }>;
  /** Display names, by login. */
  readonly authors: Map<string, string>;
}

/**
 * The posts of a WordPress export (WXR 1.0 to 1.2). The file is read twice: posts refer to pictures and authors that may
 * come after them. @param open gives the file from its start.
 */
export async function* wordPressPosts(open: () => AsyncIterable<Buffer>): Records {
  const library: Library = { pictures: new Map(), authors: new Map() };
  for await (const element of elementsOf(open(), ['author', 'wp:author', 'item'])) keep(library, element);
  for await (const element of elementsOf(open(), ['item'])) {
    const status = textOf(element, 'wp:status') ?? '';
    if (textOf(element, 'wp:post_type') !== 'post' || ['trash', 'auto-draft', 'inherit'].includes(status))
      continue;
    yield postOf(element, status, library);
  }
}

function keep({ pictures, authors }: Library, element: Element): void {
  if (element.name === 'wp:author') {
    const login = textOf(element, 'wp:author_login');
    if (login) authors.set(login, textOf(element, 'wp:author_display_name') ?? login);
    return;
  }
  const url = textOf(element, 'wp:attachment_url');
  if (textOf(element, 'wp:post_type') !== 'attachment' || !url) return;
  // Serialised by PHP; sizes of the original come before those of its smaller copies.
  const size = metaOf(element, '_wp_attachment_metadata') ?? '';
  const width = Number(/s:5:"width";i:(\d+)/.exec(size)?.[1]);
  const height = Number(/s:6:"height";i:(\d+)/.exec(size)?.[1]);
  const alt = metaOf(element, '_wp_attachment_image_alt');
  const caption = plainText(textOf(element, 'excerpt:encoded'));
  const picture = {
    url,
    ...(width && height && { width, height }),
    ...(alt && { alt: cut(alt, 500)[0] }),
    ...(caption && { caption: cut(caption, 500)[0] }),
  };
  pictures.set(url, picture);
  const id = textOf(element, 'wp:post_id');
  if (id) pictures.set(id, picture);
}

function postOf(item: Element, status: string, { pictures, authors }: Library): ImportRecord {
  const { line } = item;
  const sourceId = textOf(item, 'guid', 'link');
  if (!sourceId) return { line, bad: 'has neither guid nor link' };
  const slug = textOf(item, 'wp:post_name');
  const time = textOf(item, 'wp:post_date_gmt');
  const publishedAt = time && !time.startsWith('0000') ? new Date(`${time.replace(' ', 'T')}Z`) : undefined;
  if (publishedAt && Number.isNaN(publishedAt.getTime()))
    return { line, sourceId, bad: `has no time in «${time}»` };
  const html = wordPressHtml(textOf(item, 'content:encoded') ?? '', (id) => pictures.get(id)?.url);
  // A post behind a password is published, too, as its status says, yet not for everybody.
  const isPublic = status === 'publish' && !textOf(item, 'wp:post_password');
  const [section, ...others] = namesIn(item, 'category');
  const creators = item.children.filter(({ name }) => name === 'dc:creator').map(({ text }) => text.trim());
  const request = requestOf({
    sourceId,
    state: isPublic ? 'published' : 'draft',
    title: plainText(textOf(item, 'title')),
    slug: Slug.safeParse(slug).success ? slug : undefined,
    summary: plainText(textOf(item, 'excerpt:encoded')),
    body: htmlToBlocks(html, { pictureAt: (url) => pictures.get(url) ?? pictures.get(originalOf(url)) }),
    publishedAt: isPublic ? publishedAt : undefined,
    authors: creators.filter(Boolean).map((login) => authors.get(login) ?? login),
    section,
    topics: [...namesIn(item, 'post_tag'), ...others],
    picture: wholePicture(pictures.get(metaOf(item, '_thumbnail_id') ?? '')),
  });
  return { line, sourceId, request };
}

/** WordPress puts the size of a smaller copy into its name. */
const originalOf = (url: string): string => url.replace(/-\d+x\d+(\.\w+)$/, '$1');

const wholePicture = (
  picture: (Partial<ImportedPicture> & { url: string }) | undefined,
): ImportedPicture | undefined =>
  picture?.width && picture.height ? { ...picture, width: picture.width, height: picture.height } : undefined;

const namesIn = ({ children }: Element, domain: string): string[] =>
  children
    .filter(({ name, attributes }) => name === 'category' && attributes['domain'] === domain)
    .map(({ text }) => text.trim())
    .filter((name) => name !== '' && name !== 'Uncategorized');

const metaOf = ({ children }: Element, key: string): string | undefined => {
  const meta = children.find((child) => child.name === 'wp:postmeta' && textOf(child, 'wp:meta_key') === key);
  return meta && textOf(meta, 'wp:meta_value');
};
