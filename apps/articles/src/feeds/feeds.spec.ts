import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseJsonFeed } from 'feedsmith';
import { describeWith, waitUntil } from '#testing';
import type { EditorialArticle } from '../article/editorial-article.js';
import { Desk, expectOk } from '../../test/desk.js';
import { readFeed, textsIn } from '../../test/feed-reader.js';

const SITE = {
  SITE_URL: 'https://www.seeblatt.example',
  API_URL: 'https://api.seeblatt.example/',
  SITE_NAME: 'Seeblatt',
};

describeWith('postgres')('feeds', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open(SITE);
    await desk.put('topics/startup', { name: 'Startup' });
    await desk.published({ slug: 'aelter', headline: 'Älter', publishedAt: undefined });
    await desk.published({
      slug: 'neu',
      headline: 'Neu & gut',
      lead: 'Ein Lead.',
      section: 'sport',
      topics: ['startup'],
      body: [
        { type: 'paragraph', runs: [{ text: 'Mit ' }, { text: 'Link', link: 'https://a.example/?x=1&y=2' }] },
      ],
    });
  });
  afterAll(() => desk.stop());

  it.each(['rss.xml', 'atom.xml'])('produce a %s that an independent parser can read', async (file) => {
    const { status, text } = await desk.read(`/feeds/${file}`);
    expect(status).toBe(200);
    const feed = readFeed(text);
    expect(feed.title).toBe('Seeblatt');
    expect(feed.items[0]).toMatchObject({
      title: 'Neu & gut',
      url: 'https://www.seeblatt.example/a/neu',
      summary: 'Ein Lead.',
      content: '<p>Mit <a href="https://a.example/?x=1&amp;y=2">Link</a></p>',
      authors: ['Lia Muster'],
    });
    expect(feed.items[0]!.id).toMatch(/^urn:uuid:/);
    expect(Date.parse(feed.items[0]!.published!)).toBeGreaterThan(0);
    expect(feed.items.map(({ title }) => title)).toEqual(['Neu & gut', 'Älter']);
  });

  it('produce a feed.json in JSON Feed 1.1', async () => {
    const { text, headers } = await desk.read('/feeds/feed.json');
    expect(headers.get('content-type')).toContain('application/feed+json');
    expect(parseJsonFeed(text)).toMatchObject({
      title: 'Seeblatt',
      home_page_url: 'https://www.seeblatt.example/',
      feed_url: 'https://api.seeblatt.example/feeds/feed.json',
      items: [
        { url: 'https://www.seeblatt.example/a/neu', title: 'Neu & gut', authors: [{ name: 'Lia Muster' }] },
        { title: 'Älter' },
      ],
    });
    expect(JSON.parse(text)).toMatchObject({ version: 'https://jsonfeed.org/version/1.1' });
  });

  it.each([
    ['sections/sport', 'Seeblatt: sport', ['Neu & gut']],
    ['topics/startup', 'Seeblatt: Startup', ['Neu & gut']],
    ['authors/lia-muster', 'Seeblatt: Lia Muster', ['Neu & gut', 'Älter']],
  ])('exist for %s', async (path, title, headlines) => {
    const feed = readFeed((await desk.read(`/feeds/${path}/atom.xml`)).text);
    expect({ title: feed.title, headlines: feed.items.map((item) => item.title) }).toEqual({
      title,
      headlines,
    });
  });

  it.each(['/feeds/nichts.xml', '/feeds/topics/nirgends/rss.xml', '/feeds/kinds/x/rss.xml'])(
    'do not exist at %s',
    async (path) => {
      expect((await desk.read(path)).status).toBeGreaterThanOrEqual(404);
    },
  );

  it('contain only absolute addresses', async () => {
    for (const file of ['rss.xml', 'atom.xml', 'feed.json']) {
      const { text } = await desk.read(`/feeds/${file}`);
      const addresses = [...text.matchAll(/(?:href|url|link|src)(?:"?[=:]"|>)([^"<\n]+)/g)].map(
        ([, address]) => address!,
      );
      expect(addresses.length).toBeGreaterThan(3);
      expect(addresses.filter((address) => !address.startsWith('https://'))).toEqual([]);
    }
  });

  describe('with paid and partner content', () => {
    it.each([
      ['paid', 'Anzeige: Das neue Velo'],
      ['partner', 'Partner-Inhalt: Das neue Velo'],
    ])('label it in the title: %s', async (label, title) => {
      const { id } = await desk.published({ label, sponsor: 'Veltrano AG', headline: 'Das neue Velo' });
      expect(readFeed((await desk.read('/feeds/rss.xml')).text).items[0]!.title).toBe(title);
      expect(
        (await desk.read<{ headlines: unknown[] }>(`/articles/${id}/ninjs`)).body.headlines[0],
      ).toMatchObject({
        value: title,
      });
    });

    it('do not include it in the news sitemap', async () => {
      const { slug } = await desk.published({ label: 'paid' });
      expect((await desk.read('/sitemap-news.xml')).text).not.toContain(slug);
    });
  });

  describe('the news sitemap', () => {
    const locations = async () => textsIn((await desk.read('/sitemap-news.xml')).text, 'loc');

    it('names publication, time and title of articles that are at most 48 hours old', async () => {
      await desk.published({ slug: 'frisch', headline: '«Frisch» & <neu>' });
      const at = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
      for (const [slug, hours] of [
        ['knapp', 47.9],
        ['vorbei', 48.1],
      ] as const) {
        const article = (await desk.draft({ slug })).content;
        await desk.post('imports', {
          sourceId: slug,
          publishedAt: at(hours),
          article: { ...article, slug: `${slug}-da` },
        });
      }
      const { text } = await desk.read('/sitemap-news.xml');
      expect(textsIn(text, 'news:title')).toContain('«Frisch» & <neu>');
      expect(textsIn(text, 'news:name')[0]).toBe('Seeblatt');
      expect(textsIn(text, 'news:language')[0]).toBe('de');
      const slugs = (await locations()).map((location) => location.split('/').at(-1));
      expect([slugs.includes('knapp-da'), slugs.includes('vorbei-da')]).toEqual([true, false]);
    });
  });

  it('contain corrections with their time', async () => {
    const article = await desk.published({ slug: 'falsch' });
    expectOk(await desk.act('correct', article, { note: 'Es waren <zwei>.' }));
    const items = readFeed((await desk.read('/feeds/rss.xml')).text).items;
    expect(items.find(({ url }) => url?.endsWith('/falsch'))!.content).toMatch(
      /<h3>Korrekturen<\/h3><p>\d.+: Es waren &lt;zwei&gt;\.<\/p>/,
    );
    const { body } = await desk.read<{ descriptions: { role: string; value: string }[] }>(
      `/articles/${article.id}/ninjs`,
    );
    expect(body.descriptions.find(({ role }) => role === 'correction')!.value).toContain('Es waren <zwei>.');
  });

  it('contain the corrections of a paid article without its body', async () => {
    const secret = { type: 'paragraph', runs: [{ text: 'Nur im Abo' }] };
    const article = await desk.published({ access: 'paid', body: [secret] });
    expectOk(await desk.act('correct', article, { note: 'Es waren drei, nicht vier.' }));
    for (const file of ['rss.xml', 'atom.xml', 'feed.json']) {
      const { text } = await desk.read(`/feeds/${file}`);
      expect(text).toContain('Es waren drei, nicht vier.');
      expect(text).not.toContain('Nur im Abo');
    }
  });

  describe('have a Last-Modified date', () => {
    /** A feed that has not changed for a while. */
    const settled = (path: string) =>
      waitUntil(async () => {
        await desk.read(path);
        await desk.service.query(`UPDATE feed_change SET changed_at = changed_at - interval '1 minute'`);
        const { text, headers } = await desk.read(path);
        const date = headers.get('last-modified');
        return date !== null && { text, date };
      });
    const changed = (path: string, before: string) =>
      waitUntil(async () => {
        const { text, headers } = await desk.read(path);
        return text !== before && { date: headers.get('last-modified') };
      });

    it('that stays the same until they change', async () => {
      const { date } = await settled('/feeds/rss.xml');
      expect(date).toMatch(/GMT$/);
      expect((await desk.read('/feeds/rss.xml')).headers.get('last-modified')).toBe(date);
    });

    const again = async (article: EditorialArticle, overrides: object) =>
      expectOk(
        await desk.act(
          'publish',
          expectOk(await desk.edit(article.id, article.version, { ...article.content, ...overrides })),
        ),
      );

    it.each<[what: string, path: string, change: (old: EditorialArticle) => Promise<unknown>]>([
      [
        'an article in them is retracted',
        '/feeds/rss.xml',
        (old) => desk.act('retract', old, { reason: 'error' }),
      ],
      ['a term is renamed', '/feeds/atom.xml', () => desk.changeTerm('topics/zug', { name: 'Bahn' })],
      [
        'an older article leaves their term',
        '/feeds/topics/verkehr/rss.xml',
        (old) => again(old, { topics: [] }),
      ],
      ['a headline changes', '/sitemap-news.xml', (old) => again(old, { headline: 'Ganz anders' })],
    ])('that changes, or is absent for 2 s, when %s', async (_what, path, change) => {
      for (const topic of ['verkehr', 'zug']) await desk.put(`topics/${topic}`, { name: topic });
      const old = await desk.published({ topics: ['verkehr', 'zug'] });
      await desk.published({ topics: ['verkehr'] });
      const before = await settled(path);
      await change(old);
      const after = await changed(path, before.text);
      expect(after.date).not.toBe(before.date);
    });

    it('that differs for each of several changes in one second', async () => {
      const dates = new Set<string>();
      for (let i = 0; i < 3; i++) {
        await desk.published();
        await desk.read('/feeds/rss.xml');
        const [row] = await desk.service.query<{ changed_at: Date }>(
          `SELECT changed_at FROM feed_change WHERE file = 'rss.xml' ORDER BY changed_at DESC`,
        );
        dates.add(row!.changed_at.toUTCString());
      }
      expect(dates.size).toBe(3);
    });
  });
});
