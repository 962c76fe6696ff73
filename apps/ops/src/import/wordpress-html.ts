/** A short code: a name in small letters, alone or with attributes. */
const SHORT_CODE = /\[(\/?)([a-z][\w-]*)(\s[^\]=]*=[^\]]*)?\s*(\/?)\]/g;

/**
 * Without short codes. A word in brackets that nothing ends, as in «[sic]», is what an editor wrote, and so are «[Basel]»
 * and «[die Gemeinde]».
 */
const withoutShortCodes = (html: string): string =>
  html.replace(
    SHORT_CODE,
    (code, end: string, name: string, attributes: string | undefined, alone: string) =>
      end || attributes || alone || html.includes(`[/${name}]`) ? '' : code,
  );

/** HTML of WordPress, with what is not HTML in it put into HTML: paragraphs by blank lines, captions, galleries. */
export function wordPressHtml(content: string, pictureOf: (id: string) => string | undefined): string {
  const html = withoutShortCodes(
    content
      .replace(/<!--[\s\S]*?-->/g, '')
      .replace(/\[caption[^\]]*\]([\s\S]*?)\[\/caption\]/g, (_all, inside: string) => captioned(inside))
      .replace(/\[gallery[^\]]*\bids="([\d, ]+)"[^\]]*\]/g, (_all, ids: string) => galleryOf(ids, pictureOf)),
  );
  return /<p[\s>]/i.test(html)
    ? html
    : html
        .split(/\r?\n\s*\r?\n/)
        .map((text) => `<p>${text}</p>`)
        .join('\n');
}

function captioned(inside: string): string {
  const picture = /(?:<a[^>]*>)?\s*<img[^>]*>\s*(?:<\/a>)?/i.exec(inside)?.[0] ?? '';
  return `<figure>${picture}<figcaption>${inside.replace(picture, '')}</figcaption></figure>`;
}

const galleryOf = (ids: string, pictureOf: (id: string) => string | undefined): string =>
  ids
    .split(',')
    .map((id) => pictureOf(id.trim()))
    .filter((url) => url !== undefined)
    .map((url) => `<figure><img src="${url.replaceAll('"', '%22')}"></figure>`)
    .join('');
