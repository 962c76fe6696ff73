import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callApi, Editor, Reader, waitUntil } from '#testing';
import { embeddedNewsroom, type Newsroom } from './targets.js';

/** What the gateway and the site offer besides the article's page. */
describe('the newsroom', () => {
  let newsroom: Newsroom;
  let editor: Editor;
  let reader: Reader;
  beforeAll(async () => {
    newsroom = await embeddedNewsroom();
    editor = await Editor.of(newsroom);
    reader = new Reader(newsroom);
  });
  afterAll(() => newsroom.stop());

  const raw = (path: string, headers: Record<string, string> = {}) =>
    fetch(newsroom.gatewayUrl + path, { headers, redirect: 'manual' });

  it('finds an article by a word of its headline, with its interactions', async () => {
    const article = await editor.publish({ headline: 'Murmeltiere pfeifen lauter' });
    const found = await waitUntil(async () => {
      const { body } = await reader.get<{
        items: { id: string; interactions: number; highlights: object }[];
      }>('/v1/search?q=murmeltier');
      return body.items[0];
    });
    expect(found).toMatchObject({
      id: article.id,
      interactions: 0,
      highlights: { headline: [{ start: 0, end: 'Murmeltiere'.length }] },
    });
    expect(await reader.get('/v1/search?q=')).toMatchObject({ status: 422 });
  });

  it('redirects from a former slug of an article to the current one, everywhere', async () => {
    const article = await editor.publish({ slug: 'frueher' });
    const { body } = await editor.send('GET', `/articles/${article.id}`);
    const content = { ...(body['content'] as object), slug: 'heute' };
    await editor.change(await editor.change(article, 'PUT', '', content), 'POST', '/publish');
    const leadsTo = async (url: string) => {
      const { status, headers } = await callApi(url);
      return [status, headers.get('location')];
    };
    const { gatewayUrl: api, readerUrl: site } = newsroom;
    await waitUntil(async () => (await leadsTo(`${api}/v1/articles/frueher`))[0] === 301);
    expect(await leadsTo(`${api}/v1/articles/frueher`)).toEqual([301, '/v1/articles/heute']);
    expect(await leadsTo(`${api}/v1/articles/frueher/page`)).toEqual([301, '/v1/articles/heute/page']);
    expect(await leadsTo(`${api}/v1/articles/frueher/ninjs`)).toEqual([301, '/v1/articles/heute/ninjs']);
    expect(await leadsTo(`${site}/a/frueher`)).toEqual([301, '/a/heute']);
  });

  it('redirects from a former slug of a topic to the current one, in lists, searches and feeds', async () => {
    await editor.send('PUT', '/topics/alt', { name: 'Alt' });
    await editor.send('POST', '/topics/alt/rename', { slug: 'neu' }, { 'if-match': '"1"' });
    const leadsTo = async (path: string) => {
      const { status, headers } = await raw(path);
      return [status, headers.get('location')];
    };
    expect(await leadsTo('/v1/topics/alt?limit=5')).toEqual([301, '/v1/topics/neu?limit=5']);
    expect(await leadsTo('/v1/articles?topic=alt')).toEqual([301, '/v1/articles?topic=neu']);
    expect(await leadsTo('/feeds/topics/alt/rss.xml')).toEqual([301, '/feeds/topics/neu/rss.xml']);
  });

  it.each(['/feeds/rss.xml', '/feeds/sections/news/atom.xml', '/feeds/feed.json', '/sitemap-news.xml'])(
    'sends %s again only if it has changed',
    async (path) => {
      await editor.publish();
      const first = await waitUntil(async () => {
        const [one, two] = [await raw(path), await raw(path)];
        // A feed has no date until it has been the same for 2 s.
        return one.headers.get('etag') === two.headers.get('etag') && one.headers.has('last-modified') && one;
      });
      const [etag, date] = [first.headers.get('etag')!, first.headers.get('last-modified')!];
      expect((await raw(path, { 'if-none-match': etag })).status).toBe(304);
      expect((await raw(path, { 'if-modified-since': date })).status).toBe(304);
      expect((await raw(path, { 'if-modified-since': new Date(0).toUTCString() })).status).toBe(200);
      await editor.publish({ headline: `Neu in ${path}` });
      const later = await waitUntil(async () => {
        const answer = await raw(path, { 'if-none-match': etag });
        return answer.status === 200 && answer.text();
      });
      expect(later).toContain(`Neu in ${path}`);
    },
  );

  it('searches on the site and highlights the matches', async () => {
    await editor.publish({ headline: 'Der <Alpensegler> kehrt zurück' });
    const page = await waitUntil(async () => {
      const html = await (await fetch(`${newsroom.readerUrl}/suche?q=alpensegler`)).text();
      return html.includes('<mark>') && html;
    });
    expect(page).toContain('Der &lt;<mark>Alpensegler</mark>> kehrt zurück');
    const none = await (await fetch(`${newsroom.readerUrl}/suche?q=quastenflosser`)).text();
    expect(none).toContain('Dazu haben wir nichts gefunden.');
  });

  it('shows corrections, galleries, fact boxes, links and embeds on the page', async () => {
    const picture = {
      url: 'https://pictures.example/a.jpg',
      width: 3,
      height: 2,
      alt: 'Ein Hafen',
      credit: 'Redaktion',
    };
    const article = await editor.publish({
      body: [
        { type: 'gallery', title: 'Im Hafen', pictures: [picture, picture] },
        {
          type: 'fact-box',
          title: 'Gut zu wissen',
          blocks: [{ type: 'paragraph', runs: [{ text: 'Die Fähre ist alt.' }] }],
        },
        { type: 'related-link', title: 'Fahrplan', url: 'https://fahrplan.example/' },
        { type: 'embed', provider: 'youtube', url: 'https://www.youtube.com/watch?v=x', title: 'Die Fahrt' },
      ],
    });
    await editor.change(article, 'POST', '/correct', { note: 'Die Fähre ist von 1952.' });
    const page = await waitUntil(async () => {
      const html = await (await fetch(`${newsroom.readerUrl}/a/${article.slug}`)).text();
      return html.includes('Korrekturen') && html;
    });
    for (const text of [
      'Im Hafen',
      'Gut zu wissen',
      'Die Fähre ist alt.',
      'Fahrplan',
      'Die Fahrt (Video auf YouTube)',
      'Die Fähre ist von 1952.',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).not.toContain('<iframe');
  });
});
