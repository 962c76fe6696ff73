import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anArticleSnapshot, anId, waitUntil } from '#testing';
import { FakeService, newsroom, sendJson, type Answering } from './fake-service.js';
import { GatewayUnderTest, upstreams, type GatewayAnswer } from './gateway-under-test.js';

const SITE = 'https://www.seeblatt.example';
const SHORT = 'public, max-age=0, s-maxage=1';

describe('a public answer of the gateway', () => {
  let services: FakeService;
  let gateway: GatewayUnderTest;
  beforeEach(async () => {
    services = await FakeService.start(newsroom());
    gateway = await GatewayUnderTest.start({
      ...upstreams(services),
      SITE_URL: SITE,
      ALLOWED_ORIGINS: 'https://m.seeblatt.example',
    });
  });
  afterEach(async () => {
    await gateway.stop();
    await services.stop();
  });

  const refusing =
    (status: number, details: Record<string, unknown>): Answering =>
    (_request, response) =>
      sendJson(response, { title: 'No.', ...details }, status);
  const keysOf = ({ status, headers }: GatewayAnswer) => [
    status,
    headers.get('cache-control'),
    headers.get('surrogate-key'),
  ];

  describe('about something moved, retracted or unknown', () => {
    it('may be cached as briefly as any other, and purged by its key', async () => {
      const id = anId();
      services.answer = refusing(301, { code: 'article.moved', id, slug: 'neu' });
      expect(keysOf(await gateway.get('/v1/articles/alt'))).toEqual([301, SHORT, `article/${id}`]);
      services.answer = refusing(410, { code: 'article.retracted', id });
      expect(keysOf(await gateway.get('/v1/articles/fort/page'))).toEqual([410, SHORT, `article/${id}`]);
      services.answer = refusing(404, { code: 'article.unknown' });
      expect(keysOf(await gateway.get('/v1/articles/nie'))).toEqual([404, SHORT, 'unknown']);
      services.answer = refusing(404, { code: 'poll.unknown' });
      expect(keysOf(await gateway.get(`/v1/polls/${anId()}`))).toEqual([404, SHORT, 'unknown']);
      services.answer = refusing(422, { code: 'list.bad-cursor' });
      expect(keysOf(await gateway.get('/v1/articles?cursor=x'))).toEqual([422, 'no-store', null]);
    });

    it('does not redirect in a circle when a slug moves and moves back', async () => {
      services.answer = refusing(301, { code: 'article.moved', slug: 'b' });
      expect((await gateway.get('/v1/articles/a')).headers.get('location')).toBe('/v1/articles/b');
      services.answer = newsroom();
      expect((await gateway.get('/v1/articles/a')).status).toBe(200);
    });

    it('redirects by the kind of the term that moved, not by the kind in the path', async () => {
      services.answer = refusing(301, { code: 'term.moved', kind: 'topic', slug: 'ki-neu' });
      const leadsTo = async (path: string) => (await gateway.get(path)).headers.get('location');
      expect(await leadsTo('/v1/sections/news?topic=ai-alt')).toBe('/v1/sections/news?topic=ki-neu');
      expect(await leadsTo('/v1/topics/ai-alt?limit=5')).toBe('/v1/topics/ki-neu?limit=5');
    });

    it('costs the service one call for many requests', async () => {
      services.answer = refusing(404, { code: 'article.unknown' });
      for (let i = 0; i < 5; i++) expect((await gateway.get('/v1/articles/nie')).status).toBe(404);
      expect(services.seen).toEqual(['GET /articles/nie']);
    });
  });

  describe('while services return invalid answers', () => {
    it('is the page without the affected parts, or a list without counts', async () => {
      const article = anArticleSnapshot();
      services.answer = (request, response) => {
        if (request.url!.startsWith('/articles?')) return sendJson(response, { items: [article] });
        sendJson(response, request.url === `/articles/${article.id}` ? article : { status: 'ok' });
      };
      const unavailable = { status: 'unavailable', data: null };
      expect(await gateway.get(`/v1/articles/${article.id}/page`)).toMatchObject({
        status: 200,
        body: { rails: unavailable, interactions: unavailable },
      });
      expect(await gateway.get('/v1/articles?limit=1')).toMatchObject({
        status: 200,
        body: { items: [{ id: article.id, interactions: 0 }] },
      });
    });

    it('is 503 if nothing is left', async () => {
      services.answer = (_request, response) => sendJson(response, { status: 'ok' });
      for (const path of [`${anId()}/page`, `${anId()}/rails`]) {
        expect((await gateway.get(`/v1/articles/${path}`)).status).toBe(503);
      }
    });
  });

  describe('while the articles service fails', () => {
    const [stays, goes] = [anArticleSnapshot({ slug: 'bleibt' }), anArticleSnapshot({ slug: 'geht' })];
    const well: Answering = (request, response) => {
      const path = request.url!.split('?')[0]!;
      if (path === '/articles' || path === '/search') return sendJson(response, { items: [stays, goes] });
      const one = [stays, goes].find(({ id, slug }) => path.includes(id) || path.includes(slug));
      if (!one || path.endsWith('/rails')) return newsroom()(request, response);
      response.setHeader('x-article-id', one.id);
      sendJson(response, one);
    };
    const lists = [
      '/v1/articles',
      '/v1/sections/news',
      '/v1/search?q=x',
      '/feeds/rss.xml',
      '/sitemap-news.xml',
    ];
    const failing: Answering = (_request, response) => sendJson(response, {}, 500);
    const read = (paths: readonly string[]) => Promise.all(paths.map((path) => gateway.get(path)));

    beforeEach(async () => {
      services.answer = well;
      for (const { status } of await read([
        ...lists,
        '/v1/topics',
        '/v1/articles/bleibt',
        '/v1/articles/geht',
      ])) {
        expect(status).toBe(200);
      }
      services.answer = failing;
    });

    it('is the last good answer, marked as stale', async () => {
      const answers = await waitUntil(async () => {
        const all = await read([...lists, '/v1/articles/bleibt']);
        return all.every(({ headers }) => headers.has('cache-status')) && all;
      });
      for (const { status, headers } of answers) {
        expect([status, headers.get('cache-status')]).toEqual([200, 'newsroom; hit; detail=stale']);
      }
    });

    it('is a refusal with Retry-After if there is no last good answer', async () => {
      for (const { status, headers } of await read(['/v1/articles?limit=3', '/feeds/atom.xml'])) {
        expect([status, headers.get('retry-after')]).toEqual([503, '1']);
      }
    });

    it('contains no retracted article and no list that could show one, but every other article', async () => {
      services.retracted = [goes.id];
      await waitUntil(async () => (await gateway.get('/v1/articles/geht')).status === 410);
      for (const path of ['geht/page', `${goes.id}`, `${goes.id}/page`]) {
        expect((await gateway.get(`/v1/articles/${path}`)).text).not.toContain(goes.headline);
      }
      for (const { status, headers } of await read(lists)) {
        expect([status, headers.get('retry-after')]).toEqual([503, '1']);
      }
      expect((await gateway.get('/v1/articles/bleibt')).status).toBe(200);
    });
  });

  describe('with content of a retracted article', () => {
    const card = (id: string) => ({ type: 'article', id, headline: `Karte ${id}` });
    const [kept, gone] = [anId(), anId()];
    beforeEach(() => {
      services.answer = (request, response) =>
        request.url!.endsWith('/rails')
          ? sendJson(response, { rails: [{ kind: 'related', cards: [card(gone), card(kept)] }] })
          : newsroom()(request, response);
    });
    const page = `/v1/articles/${anId()}/page`;
    const rails = `/v1/articles/${anId()}/rails`;

    it('loses its card, even if recommendations has not received the retraction', async () => {
      for (const path of [page, rails]) expect((await gateway.get(path)).text).toContain(gone);
      services.retracted = [gone];
      for (const path of [page, rails]) {
        const { text } = await waitUntil(async () => {
          const answer = await gateway.get(path);
          return !answer.text.includes(gone) && answer;
        });
        expect(text).toContain(kept);
      }
    });

    it('loses its poll and comments, even if their services have not received the retraction', async () => {
      const [poll, comments] = [`/v1/polls/${anId()}`, `/v1/articles/${gone}/comments`];
      services.answer = ({ url }, response) =>
        url!.startsWith('/polls/')
          ? sendJson(response, { articleId: gone, question: 'Was sagt Zita?' })
          : sendJson(response, { open: true, count: 1, items: [{ text: 'Zita sagt …' }] });
      for (const path of [poll, comments]) expect((await gateway.get(path)).text).toContain('Zita');
      services.retracted = [gone];
      await waitUntil(async () => (await gateway.get(poll)).status === 410);
      const { status, text } = await gateway.get(comments);
      expect([status, JSON.parse(text)]).toEqual([200, { open: false, count: 0, items: [] }]);
    });

    it('has no cards at all until the retractions are known', async () => {
      const ignorant = await FakeService.start((_request, response) => sendJson(response, {}, 404));
      ignorant.isWhollySick = true;
      const other = await GatewayUnderTest.start(upstreams(services, { articles: ignorant.url }));
      try {
        expect((await other.get(rails)).status).toBe(503);
      } finally {
        await other.stop();
        await ignorant.stop();
      }
    });
  });

  describe('to pages of other origins', () => {
    const preflight = (path: string, method: string, origin: string) =>
      gateway.call('OPTIONS', path, {
        headers: {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'content-type',
        },
      });
    const allowed = ({ headers }: GatewayAnswer) => [
      headers.get('access-control-allow-origin'),
      headers.get('access-control-allow-credentials'),
    ];

    it('is readable from every origin, even if it is a 404', async () => {
      expect(allowed(await gateway.get('/v1/articles'))).toEqual(['*', null]);
      services.answer = refusing(404, { code: 'article.unknown' });
      expect(allowed(await gateway.get('/v1/articles/nie'))).toEqual(['*', null]);
      expect(allowed(await preflight('/v1/articles', 'GET', 'https://elsewhere.example'))).toEqual([
        '*',
        null,
      ]);
    });

    it('allows changes from pages of the site and of allowed origins only', async () => {
      const comments = `/v1/articles/${anId()}/comments`;
      for (const origin of [SITE, 'https://m.seeblatt.example']) {
        const answer = await preflight(comments, 'POST', origin);
        expect([answer.status, ...allowed(answer)]).toEqual([204, origin, 'true']);
        expect(answer.headers.get('access-control-allow-headers')).toContain('content-type');
        expect(answer.headers.get('access-control-allow-methods')).toContain('PUT');
      }
      expect(allowed(await preflight(comments, 'POST', 'https://elsewhere.example'))).toEqual([null, null]);
      expect(allowed(await preflight('/v1/editorial/articles', 'GET', 'https://elsewhere.example'))).toEqual([
        null,
        null,
      ]);
    });

    /** A request as sent by a proxy that puts its own name into Host, which fetch does not allow. */
    const comment = (origin: string, host: string) =>
      new Promise<number>((done, reject) => {
        const url = `${gateway.url}/v1/articles/${anId()}/comments`;
        const headers = { origin, host, 'content-type': 'application/json' };
        httpRequest(url, { method: 'POST', headers }, (response) => done(response.resume().statusCode!))
          .on('error', reject)
          .end('{"text":"Schön!"}');
      });

    it('accepts changes by the configured address of the site, whatever a proxy puts into Host', async () => {
      expect(await comment(SITE, 'gateway.internal:8000')).toBe(200);
      expect(await comment('https://gateway.internal', 'gateway.internal')).toBe(403);
    });
  });
});
