import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anArticleRequest, anId, describeWith } from '#testing';
import { Desk, expectOk } from '../../test/desk.js';

describeWith('postgres')('the life of an article', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  const auditOf = async (id: string) =>
    (
      await desk.get<{ items: { did: string; version: number; by: { id: string } }[] }>(
        `articles/${id}/audit`,
      )
    ).body.items;

  describe('a draft', () => {
    it('may be empty', async () => {
      const { status, body } = await desk.post('articles', {});
      expect(status).toBe(201);
      expect(body).toMatchObject({ state: 'draft', version: 1, publishedVersion: null });
    });

    it('is not public, neither by id nor by slug', async () => {
      const { id, slug } = await desk.draft();
      expect([
        (await desk.read(`/articles/${id}`)).status,
        (await desk.read(`/articles/${slug}`)).status,
      ]).toEqual([404, 404]);
    });

    it('is created once per Idempotency-Key', async () => {
      const create = () =>
        desk.service.as<{ id: string }>('author', 'POST', '/editorial/articles', anArticleRequest(), {
          'idempotency-key': 'once',
        });
      const [first, second] = [await create(), await create()];
      expect(second.body.id).toBe(first.body.id);
    });

    it('is not returned to another person who sends the same Idempotency-Key', async () => {
      const create = async (role: 'author' | 'editor', headline: string) =>
        desk.service.as<{ id: string }>(role, 'POST', '/editorial/articles', anArticleRequest({ headline }), {
          'idempotency-key': 'shared',
        });
      const answers = [await create('editor', 'A'), await create('author', 'A')];
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(2);
    });

    it('releases its slug when it gets another', async () => {
      const { id, version } = await desk.draft({ slug: 'erste-wahl' });
      expectOk(await desk.edit(id, version, anArticleRequest({ slug: 'zweite-wahl' })));
      expect((await desk.draft({ slug: 'erste-wahl' })).slug).toBe('erste-wahl');
    });

    it('can be discarded, while its audit entries stay', async () => {
      const { id, version } = await desk.draft();
      expect((await desk.remove(`articles/${id}`, version)).status).toBe(204);
      expect((await desk.get(`articles/${id}`)).status).toBe(404);
      expect((await auditOf(id)).map(({ did }) => did)).toEqual(['discard', 'create']);
    });

    it('is refused with an error per unknown term', async () => {
      const { status, body } = await desk.post(
        'articles',
        anArticleRequest({ section: 'nirgends', topics: ['a', 'b'] }),
      );
      expect(status).toBe(422);
      expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/section', '/topics/0', '/topics/1']);
    });
  });

  describe('publishing', () => {
    it('is refused with everything that is missing, including alt text and credit of every picture', async () => {
      const picture = { url: 'https://pictures.example/a.jpg', width: 3, height: 2 };
      const { body: draft } = await desk.post('articles', {
        headline: 'Halb fertig',
        leadPicture: picture,
        body: [{ type: 'gallery', pictures: [picture, { ...picture, alt: 'Ein Hafen' }] }],
      });
      const { status, body } = await desk.act('publish', draft);
      expect({ status, code: body.code }).toEqual({ status: 422, code: 'article.incomplete' });
      expect(body.errors?.map(({ pointer }) => pointer).toSorted()).toEqual(
        [
          '/authors',
          '/body/0/pictures/0/alt',
          '/body/0/pictures/0/credit',
          '/body/0/pictures/1/credit',
          '/kicker',
          '/label',
          '/lead',
          '/leadPicture/alt',
          '/leadPicture/credit',
          '/section',
        ].toSorted(),
      );
    });

    it('makes the article public and emits the event', async () => {
      const { id, version, slug } = await desk.published({ headline: 'Nun für alle' });
      const { status, body, headers } = await desk.read(`/articles/${slug}`);
      expect({ status, etag: headers.get('etag') }).toEqual({ status: 200, etag: `"${version}"` });
      expect(body).toMatchObject({ id, version, headline: 'Nun für alle', byline: [{ name: 'Lia Muster' }] });
      expect(await desk.eventsOf(id, 1)).toMatchObject([{ type: 'article.published', data: { version } }]);
    });

    it('again creates a new revision and emits an update', async () => {
      const { id, version } = await desk.published({ headline: 'Erste Fassung' });
      const edited = expectOk(await desk.edit(id, version, anArticleRequest({ headline: 'Zweite Fassung' })));
      expect((await desk.read(`/articles/${id}`)).body.headline).toBe('Erste Fassung');
      expect(edited.hasChanges).toBe(true);
      const again = expectOk(await desk.act('publish', edited));
      expect((await desk.read(`/articles/${id}`)).body.headline).toBe('Zweite Fassung');
      expect((await desk.eventsOf(id, 2)).map(({ type }) => type)).toEqual([
        'article.published',
        'article.updated',
      ]);
      const { body } = await desk.get<{ items: { version: number; headline: string }[] }>(
        `articles/${id}/revisions`,
      );
      expect(body.items).toMatchObject([
        { version: again.version, headline: 'Zweite Fassung' },
        { version, headline: 'Erste Fassung' },
      ]);
    });

    it('is refused with the latest version when If-Match is outdated', async () => {
      const { id, version } = await desk.draft();
      expectOk(await desk.edit(id, version, anArticleRequest()));
      expect(await desk.act('publish', { id, version })).toMatchObject({
        status: 412,
        body: { code: 'article.changed-meanwhile', version: version + 1 },
      });
    });

    it('is refused without If-Match', async () => {
      const { id } = await desk.draft();
      expect((await desk.post(`articles/${id}/publish`)).status).toBe(428);
    });

    it('under another slug redirects from the old one to the new one', async () => {
      const { id, version } = await desk.published({ slug: 'alter-name' });
      const edited = expectOk(await desk.edit(id, version, anArticleRequest({ slug: 'neuer-name' })));
      expect((await desk.read('/articles/alter-name')).status).toBe(200);
      expectOk(await desk.act('publish', edited));
      const { status, headers } = await desk.read('/articles/alter-name');
      expect({ status, location: headers.get('location') }).toEqual({
        status: 301,
        location: '/articles/neuer-name',
      });
      expect((await desk.post('articles', anArticleRequest({ slug: 'alter-name' }))).body.code).toBe(
        'article.slug-taken',
      );
    });
  });

  it('accepts one of 50 concurrent edits and refuses the others with the new version', async () => {
    const { id, version } = await desk.published();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        desk.edit(id, version, anArticleRequest({ headline: `Fassung ${i}` })),
      ),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(
      answers.filter(({ status, body }) => status === 412 && body['version'] === version + 1),
    ).toHaveLength(49);
    expect((await desk.get<{ content: object }>(`articles/${id}`)).body.content).toEqual(
      winners[0]!.body.content,
    );
    expect((await auditOf(id)).filter(({ did }) => did === 'edit')).toHaveLength(1);
    expect((await desk.get<{ items: unknown[] }>(`articles/${id}/revisions`)).body.items).toHaveLength(1);
  });

  describe('a correction', () => {
    it('appears with its note and time in the article and the event', async () => {
      const article = await desk.published();
      expectOk(await desk.act('correct', article, { note: 'Es waren drei Wochen, nicht vier.' }));
      const carried = [{ note: 'Es waren drei Wochen, nicht vier.', at: expect.any(String) }];
      expect((await desk.read(`/articles/${article.id}`)).body.corrections).toEqual(carried);
      expect((await desk.eventsOf(article.id, 2)).at(-1)).toMatchObject({
        type: 'article.updated',
        data: { article: { corrections: carried } },
      });
    });

    it('stays when the article is published again', async () => {
      const article = await desk.published();
      const corrected = expectOk(await desk.act('correct', article, { note: 'Name berichtigt.' }));
      const edited = expectOk(await desk.edit(article.id, corrected.version, anArticleRequest()));
      expectOk(await desk.act('publish', edited));
      expect((await desk.read(`/articles/${article.id}`)).body.corrections).toHaveLength(1);
    });
  });

  describe('a retraction', () => {
    it('has its note sanitized, as a correction has', async () => {
      const article = await desk.published();
      const corrected = expectOk(
        await desk.act('correct', article, { note: 'Zwei\u0000, nicht\ud83d drei.' }),
      );
      expect(corrected.corrections).toMatchObject([{ note: 'Zwei, nicht\ufffd drei.' }]);
      const note = 'Auf\u0000 Anordnung.';
      expect(await desk.act('retract', corrected, { reason: 'legal', note })).toMatchObject({
        status: 200,
        body: { retraction: { note: 'Auf Anordnung.' } },
      });
      expect((await desk.read('/articles/a%00b')).status).toBe(422);
    });

    it('responds 410 with the public note, and emits an event without text', async () => {
      const article = await desk.published({ headline: 'Geheimes' });
      expectOk(await desk.act('retract', article, { reason: 'legal', note: 'Auf Anordnung des Gerichts.' }));
      expect(await desk.read(`/articles/${article.slug}`)).toMatchObject({
        status: 410,
        body: { code: 'article.retracted', reason: 'legal', note: 'Auf Anordnung des Gerichts.' },
      });
      expect(JSON.stringify((await desk.eventsOf(article.id, 2)).at(-1))).not.toContain('Geheimes');
    });

    it('removes the article from every list', async () => {
      const article = await desk.published();
      expectOk(await desk.act('retract', article, { reason: 'error' }));
      const { text } = await desk.read('/articles?limit=50');
      expect(text).not.toContain(article.id);
    });
  });

  describe('a purge', () => {
    it('erases every word and keeps an audit entry and the address', async () => {
      const word = 'Zwetschgenkrawall';
      const text = { headline: word, slug: 'zwetschgenkrawall', lead: `${word} im Dorf.`, sponsor: word };
      let article = await desk.published({ ...text, label: 'paid' });
      for (const slug of ['zwetschgenkrawall-1', 'zwetschgenkrawall-2']) {
        article = expectOk(
          await desk.edit(article.id, article.version, anArticleRequest({ ...text, label: 'paid', slug })),
        );
      }
      article = expectOk(
        await desk.as(
          'sales',
          'PUT',
          `articles/${article.id}/label`,
          { label: 'paid', sponsor: word },
          article.version,
        ),
      );
      article = expectOk(await desk.act('retract', article, { reason: 'legal' }));
      expectOk(await desk.act('purge', article));
      const tables = [
        'article',
        'revision',
        'former_draft',
        'article_slug',
        'article_search',
        'search_word',
        'search_vocabulary',
        'audit',
        'outbox',
      ];
      for (const table of tables) {
        const found = await desk.service.query(`SELECT FROM ${table} AS t WHERE t::text ILIKE $1`, [
          `%zwetschgenkr%`,
        ]);
        expect({ table, rows: found.length }).toEqual({ table, rows: 0 });
      }
      expect((await auditOf(article.id))[0]).toMatchObject({ did: 'purge', by: { id: 'test-editor' } });
      expect((await desk.read('/articles/zwetschgenkrawall')).status).toBe(410);
      expect((await desk.post('articles', anArticleRequest({ slug: 'zwetschgenkrawall' }))).status).toBe(409);
    });
  });

  it('is recorded in the audit log, newest first', async () => {
    const article = await desk.retracted();
    expect(await auditOf(article.id)).toMatchObject([
      { did: 'retract', version: 3, by: { id: 'test-editor' } },
      { did: 'publish', version: 2 },
      { did: 'create', version: 1 },
    ]);
  });

  it('shows term changes as term-changed in the audit log, also those of older versions', async () => {
    const { id } = await desk.draft();
    for (const did of ['retell', 'term-changed']) {
      await desk.service.query(
        `INSERT INTO audit (article_id, version, did, by_id, by_name) VALUES ($1, 1, $2, 'a', 'A')`,
        [id, did],
      );
    }
    const acts = (await auditOf(id)).map(({ did }) => did);
    expect(acts).toEqual(['term-changed', 'term-changed', 'create']);
  });

  it('can be changed only with the right role', async () => {
    const { id, version } = await desk.draft();
    const answer = await desk.service.as('author', 'POST', `/editorial/articles/${id}/publish`, undefined, {
      'if-match': `"${version}"`,
    });
    expect(answer.status).toBe(403);
    expect((await desk.post(`articles/${anId()}/publish`, undefined, 1)).status).toBe(404);
  });
});
