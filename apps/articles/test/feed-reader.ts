import { parseFeed } from 'feedsmith';
import { SaxesParser } from 'saxes';

export interface FeedItem {
  readonly id?: string;
  readonly title?: string;
  readonly url?: string;
  readonly summary?: string;
  readonly content?: string;
  readonly authors: (string | undefined)[];
  readonly published?: string;
}

/** An RSS or Atom feed as an independent parser reads it. */
export function readFeed(xml: string): { title?: string; items: FeedItem[] } {
  const { format, feed } = parseFeed(xml);
  if (format === 'rss') {
    const items = (feed.items ?? []).map((item) => ({
      id: item.guid?.value,
      title: item.title,
      url: item.link,
      summary: item.description,
      content: item.content?.encoded,
      authors: item.dc?.creators ?? [],
      published: item.pubDate,
    }));
    return { title: feed.title, items };
  }
  if (format !== 'atom') throw new Error(`unexpected feed format: ${format}`);
  const items = (feed.entries ?? []).map((entry) => ({
    id: entry.id,
    title: entry.title?.value,
    url: entry.links?.find(({ rel }) => rel === 'alternate')?.href,
    summary: entry.summary?.value,
    content: entry.content?.value,
    authors: (entry.authors ?? []).map(({ name }) => name),
    published: entry.published,
  }));
  return { title: feed.title?.value, items };
}

/** The texts of all elements with a name, read by a strict parser. @throws for XML that is not well-formed. */
export function textsIn(xml: string, element: string): string[] {
  const texts: string[] = [];
  const open: string[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => {
    open.push(name);
    if (name === element) texts.push('');
  });
  parser.on('text', (text) => {
    if (open.at(-1) === element) texts.push(texts.pop() + text);
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return texts;
}
