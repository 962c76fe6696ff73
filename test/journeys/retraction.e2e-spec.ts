import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith, Editor, Reader, waitUntil } from '#testing';
import { embeddedNewsroom, separateServices, type Newsroom } from './targets.js';

/** Milliseconds after the answer to a retraction. Later, nothing of the article may be readable anywhere. */
const GONE_WITHIN = 2_000;
/** Readers who read all addresses again and again during the retraction. */
const READERS = 4;

const WORD = 'Zwetschgenkrawall';

interface Look {
  readonly at: number;
  readonly path: string;
  readonly status: number;
  readonly shows: boolean;
}

const retractions = (start: () => Promise<Newsroom>) => (): void => {
  let newsroom: Newsroom;
  let editor: Editor;
  beforeAll(async () => {
    newsroom = await start();
    editor = await Editor.of(newsroom);
    await new Reader(newsroom).get('/v1/articles');
  });
  afterAll(() => newsroom?.stop());

  async function read(address: string): Promise<Look> {
    const at = Date.now();
    const response = await fetch(address, { signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    return { at, path: new URL(address).pathname, status: response.status, shows: text.includes(WORD) };
  }

  it('leaves not a word of a busy article anywhere two seconds after its answer', async () => {
    const neighbour = await editor.publish({ topics: ['verkehr'] });
    const text = `Der ${WORD} von Seewilen`;
    const article = await editor.publish({
      slug: 'krawall',
      headline: text,
      lead: text,
      topics: ['verkehr'],
      body: [{ type: 'paragraph', runs: [{ text }] }],
    });
    const { gatewayUrl: api, readerUrl: site } = newsroom;
    const feeds = ['', 'sections/news/', 'topics/verkehr/', 'authors/lia-muster/'].flatMap((of) =>
      ['rss.xml', 'atom.xml', 'feed.json'].map((file) => `${api}/feeds/${of}${file}`),
    );
    const addresses = [
      `${api}/v1/articles/${article.id}`,
      `${api}/v1/articles/krawall`,
      `${api}/v1/articles/krawall/page`,
      `${api}/v1/articles/krawall/ninjs`,
      `${api}/v1/articles`,
      `${api}/v1/sections/news`,
      `${api}/v1/topics/verkehr`,
      `${api}/v1/authors/lia-muster`,
      `${api}/v1/search?q=${WORD.toLowerCase()}`,
      `${api}/v1/articles/${neighbour.id}/rails`,
      `${api}/v1/articles/${neighbour.id}/page`,
      `${api}/sitemap-news.xml`,
      ...feeds,
      `${site}/`,
      `${site}/news`,
      `${site}/a/krawall`,
      `${site}/a/${neighbour.slug}`,
    ];
    for (const address of addresses) {
      await waitUntil(async () => (await read(address)).shows, {
        within: 20_000,
        what: `the word at ${address}`,
      });
    }

    const looks: Look[] = [];
    let until = Number.POSITIVE_INFINITY;
    const reader = async (first: number): Promise<void> => {
      for (let i = first; Date.now() < until; i++) looks.push(await read(addresses[i % addresses.length]!));
    };
    const readers = Array.from({ length: READERS }, (_, i) => reader(i * 7));
    await waitUntil(() => looks.length > addresses.length);
    await editor.change(article, 'POST', '/retract', { reason: 'legal' });
    const answered = Date.now();
    until = answered + GONE_WITHIN;
    await Promise.all(readers);
    looks.push(...(await Promise.all(addresses.map(read))));

    const after = looks.filter(({ at }) => at >= answered + GONE_WITHIN);
    expect(after.filter(({ shows }) => shows)).toEqual([]);
    const seen = new Set(after.map(({ path }) => path));
    expect(addresses.map((address) => new URL(address).pathname).filter((path) => !seen.has(path))).toEqual(
      [],
    );
    const own = after.filter(({ path }) => /krawall|\/v1\/articles\/[0-9a-f-]+$/.test(path));
    expect(new Set(own.map(({ status }) => status))).toEqual(new Set([410]));
  });
};

describe('a retraction in the newsroom in one process', retractions(embeddedNewsroom));
describeWith(
  'postgres',
  'redis',
  'kafka',
)('a retraction in separate services', retractions(separateServices));
