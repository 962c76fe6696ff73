/**
 * A shortcode: a name in lower case and its attributes. It cannot contain brackets, so the search takes linear time.
 * `[[name]]` is an escaped one.
 */
const SHORT_CODE = /\[?\[(\/?)([a-z][\w-]*)(?![\w-])([^[\]]*)\]\]?/g;

/** Shortcodes even without an end tag, attributes or a slash. */
const alwaysCodes = new Set(['gallery', 'caption', 'wp_caption', 'embed', 'audio', 'video', 'playlist']);
/** Shortcodes that contain only the address of a video, a sound or a page. */
const mediaCodes = new Set([
  'embed',
  'audio',
  'video',
  'youtube',
  'vimeo',
  'soundcloud',
  'tweet',
  'twitter',
  'instagram',
]);

export interface WordPressLibrary {
  /** Addresses of pictures by the id of the attachment. */
  readonly pictureOf: (id: string) => string | undefined;
  /** Addresses of the pictures that were uploaded with this post. */
  readonly attached?: readonly string[];
  /** Receives what was left out or changed. */
  readonly note?: (what: string) => void;
}

/**
 * Replaces the captions, galleries and embeds of WordPress by HTML. Other shortcodes are removed, and their text stays. A
 * word in brackets without an end, such as "[sic]", "[Basel]" or "[die Gemeinde]", is part of the text.
 */
export function wordPressHtml(content: string, library: WordPressLibrary): string {
  const html = withoutComments(content);
  const codes = [...html.matchAll(SHORT_CODE)];
  const ended = new Set(codes.filter(([, slash]) => slash).map(([, , name]) => name));
  const parts: string[] = [];
  let end = 0;
  /** An open caption or media shortcode, and the index of its first part. */
  let begun: { name: string; from: number; attributes: string } | undefined;
  for (const code of codes) {
    const [all, slash, name = '', rest = ''] = code;
    if (!isShortCode(name, rest, slash === '/' || ended.has(name))) continue;
    parts.push(html.slice(end, code.index));
    end = code.index + all.length;
    const [before, after] = [all.startsWith('[['), all.endsWith(']]')];
    if (before && after) {
      parts.push(all.slice(1, -1));
      continue;
    }
    if (before) parts.push('[');
    if (slash) {
      if (begun?.name === name) parts.push(paired(name, begun.attributes, parts.splice(begun.from).join('')));
      begun = undefined;
    } else if (isPaired(name) && ended.has(name)) {
      begun = { name, from: parts.length, attributes: rest };
    } else parts.push(single(name, rest, library));
    if (after) parts.push(']');
  }
  return parts.join('') + html.slice(end);
}

const isShortCode = (name: string, rest: string, isEnded: boolean): boolean =>
  alwaysCodes.has(name) ||
  isEnded ||
  rest.trimEnd().endsWith('/') ||
  /^\s+[\w-]+=/.test(rest) ||
  (mediaCodes.has(name) && /^\s+\S+\s*$/.test(rest));

const isPaired = (name: string): boolean => name.endsWith('caption') || mediaCodes.has(name);

function paired(name: string, attributes: string, inside: string): string {
  if (name.endsWith('caption')) return captioned(inside, attributeOf(attributes, 'caption'));
  return mediaOf(attributes, inside) ?? inside;
}

function single(
  name: string,
  attributes: string,
  { pictureOf, attached = [], note }: WordPressLibrary,
): string {
  if (name === 'gallery') {
    const ids = attributeOf(attributes, 'ids') ?? attributeOf(attributes, 'include');
    const found = ids === undefined ? [...attached] : ids.split(',').map((id) => pictureOf(id.trim()));
    const urls = found.filter((url) => url !== undefined);
    if (urls.length < found.length || found.length === 0) {
      note?.('gallery with pictures that the export does not have');
    }
    return urls.map((url) => `<figure><img src="${quoted(url)}"></figure>`).join('');
  }
  const media = mediaCodes.has(name) ? (mediaOf(attributes, '') ?? filmOf(name, attributes)) : undefined;
  if (media === undefined) note?.(`shortcode [${name.slice(0, 40)}], left out; its text stays`);
  return media ?? '';
}

/** A paragraph that contains only an address becomes an embed or a link. */
function mediaOf(attributes: string, inside: string): string | undefined {
  const [url] = /https?:\/\/[^\s"'<>\]]+/.exec(inside) ?? /https?:\/\/[^\s"'<>\]]+/.exec(attributes) ?? [];
  return url && `<p>${url}</p>`;
}

/** Videos that are given by id. */
function filmOf(name: string, attributes: string): string | undefined {
  const id = /^\s+([\w-]+)/.exec(attributes)?.[1];
  if (id && name === 'youtube') return `<p>https://www.youtube.com/watch?v=${id}</p>`;
  return id && name === 'vimeo' ? `<p>https://vimeo.com/${id}</p>` : undefined;
}

function captioned(inside: string, oldCaption: string | undefined): string {
  const at = inside.search(/<img\s/i);
  const close = at < 0 ? -1 : inside.indexOf('>', at);
  if (close < 0) return `<p>${inside}</p>`;
  const caption = oldCaption ?? inside.slice(0, at) + inside.slice(close + 1);
  return `<figure>${inside.slice(at, close + 1)}<figcaption>${caption}</figcaption></figure>`;
}

const attributeOf = (attributes: string, name: string): string | undefined =>
  new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"']+))`)
    .exec(attributes)
    ?.slice(1)
    .find((value) => value !== undefined);

const quoted = (url: string): string => url.replaceAll('&', '&amp;').replaceAll('"', '%22');

/** Escapes the start of an unclosed comment: a parser would drop everything after it. */
function withoutComments(html: string): string {
  const last = html.lastIndexOf('-->') + 3;
  if (last < 3) return html.replaceAll('<!--', '');
  return html.slice(0, last).replace(/<!--[\s\S]*?-->/g, '') + html.slice(last).replaceAll('<!--', '');
}
