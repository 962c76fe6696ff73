/** HTML of WordPress, with what is not HTML in it put into HTML: paragraphs by blank lines, captions, galleries. */
export function wordPressHtml(content: string, pictureOf: (id: string) => string | undefined): string {
  const html = content
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/\[caption[^\]]*\]([\s\S]*?)\[\/caption\]/g, (_all, inside: string) => captioned(inside))
    .replace(/\[gallery[^\]]*\bids="([\d, ]+)"[^\]]*\]/g, (_all, ids: string) => galleryOf(ids, pictureOf))
    .replace(/\[\/?[a-z][\w-]*(?:\s[^\]]*)?\/?\]/gi, '');
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
