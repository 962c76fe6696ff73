import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { anArticleRequest, describeWith } from '#testing';
import { Desk, expectOk, type Problem } from '../../test/desk.js';
import type { SearchResponse } from '../search/search.js';
import type { ReadableArticle } from '../article/paywall.rules.js';

const LEAD = 'Der Lead ist für alle.';
const FREE = ['Der erste Absatz.', 'Der zweite Absatz.'];
const WITHHELD = 'Quittengelee nur im Abonnement.';
const NOTE = 'Es waren zwei.';

const paid = (overrides: Record<string, unknown> = {}) => ({
  access: 'paid',
  lead: LEAD,
  body: [...FREE, WITHHELD].map((text) => ({ type: 'paragraph', runs: [{ text }] })),
  ...overrides,
});

describeWith('postgres')('a paid article', () => {
  let desk: Desk;
  let id: string;
  beforeAll(async () => {
    desk = await Desk.open();
    const article = await desk.published(paid({ slug: 'bezahlt' }));
    ({ id } = expectOk(await desk.act('correct', article, { note: NOTE })));
  });
  afterAll(() => desk.stop());

  it.each([
    '/articles/bezahlt',
    '/articles/bezahlt/ninjs',
    '/feeds/rss.xml',
    '/feeds/sections/news/atom.xml',
    '/feeds/authors/lia-muster/feed.json',
  ])('shows everybody its lead, two blocks and its corrections, and no more: %s', async (path) => {
    const { text } = await desk.read(path);
    for (const part of [LEAD, ...FREE, NOTE]) expect(text).toContain(part);
    expect(text).not.toContain(WITHHELD);
  });

  it.each(['/articles?limit=50', '/articles?section=news', '/search?q=quittengelee', '/sitemap-news.xml'])(
    'reveals no withheld text in %s',
    async (path) => {
      const { text } = await desk.read(path);
      expect(text).toContain('bezahlt');
      expect(text).not.toContain('Quittengelee');
    },
  );

  it('is found by a word of its free blocks, with an excerpt', async () => {
    const { items } = (await desk.read<SearchResponse>('/search?q=absatz')).body;
    expect(items[0]!.excerpt!.text).toContain('Absatz');
  });

  it('is found by withheld words, whatever their order in a phrase', async () => {
    const found = async (q: string) => {
      const { body } = await desk.read<SearchResponse>(`/search?q=${encodeURIComponent(q)}`);
      return body.items.map(({ slug }) => slug);
    };
    expect(await found('abonnement quittengelee')).toEqual(['bezahlt']);
    expect(await found('"quittengelee nur im abonnement"')).toEqual(
      await found('"abonnement nur im quittengelee"'),
    );
    expect(await found('"der zweite absatz"')).toContain('bezahlt');
  });

  it('is marked as restricted, by id and by slug', async () => {
    for (const name of ['bezahlt', id]) {
      const { body, headers } = await desk.read<ReadableArticle>(`/articles/${name}`);
      expect(body).toMatchObject({ restricted: true, body: [{}, {}], corrections: [{ note: NOTE }] });
      expect(headers.get('etag')).toMatch(/^"\d+"$/);
    }
    expect((await desk.read(`/articles/${id}/ninjs`)).body).toMatchObject({ representationType: 'partial' });
  });

  it('is complete for a subscriber, in a response that no cache may store', async () => {
    const { body, text, headers } = await desk.service.asSubscriber<ReadableArticle>('/articles/bezahlt');
    expect(text).toContain(WITHHELD);
    expect(body.restricted).toBeUndefined();
    expect([headers.get('cache-control'), headers.get('etag')]).toEqual(['private, no-store', null]);
  });

  it.each(['reader', 'editor'] as const)(
    'is restricted for a %s whose token names no subscription',
    async (role) => {
      const { status, body } = await desk.service.as<ReadableArticle>(role, 'GET', '/articles/bezahlt');
      expect([status, body.restricted]).toEqual([200, true]);
    },
  );

  it('is refused with an invalid token, while other credentials are ignored', async () => {
    const read = (authorization: string) =>
      desk.service.call<Problem>('GET', '/articles/bezahlt', undefined, { authorization });
    expect(await read('Bearer a.b.c')).toMatchObject({ status: 401, body: { code: 'auth.required' } });
    expect(await read('Basic dGVzdDp0ZXN0')).toMatchObject({ status: 200, body: { restricted: true } });
  });

  it('can become free, and a free one paid, when it is published again', async () => {
    const article = await desk.published({ slug: 'frei', body: paid().body });
    expect((await desk.read('/articles/frei')).text).toContain(WITHHELD);
    const content = { ...anArticleRequest(paid()), slug: 'frei' };
    expectOk(await desk.act('publish', expectOk(await desk.edit(article.id, article.version, content))));
    expect((await desk.read('/articles/frei')).body).toMatchObject({ restricted: true });
  });
});
