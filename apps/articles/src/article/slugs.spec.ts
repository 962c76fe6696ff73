import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArticleSlug } from '#api';
import { anArticleRequest, anId, describeWith } from '#testing';
import { Desk, expectOk } from '../../test/desk.js';
import { candidates } from './slugs.js';

describe('the candidates for the slug of a new article', () => {
  it('are the preferred slug and two with suffixes, at most 120 characters and never like an id', () => {
    const id = '01a209b8-7cb2-7521-8524-1798840b62b3';
    expect(candidates('faehre', id)).toEqual(['faehre', 'faehre-0b62b3', 'faehre-85241798840b62b3']);
    for (const preferred of ['x'.repeat(120), `${'ab-'.repeat(39)}abc`, id, id.slice(0, 23)]) {
      for (const slug of candidates(preferred, id)) expect(ArticleSlug.safeParse(slug).success).toBe(true);
    }
  });
});

describeWith('postgres')('the slug of an article', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  const statusOf = async (slug: string) => (await desk.read(`/articles/${slug}`)).status;
  const create = (overrides: Record<string, unknown>) => desk.post('articles', anArticleRequest(overrides));

  it('is refused when another article has it', async () => {
    await desk.published({ slug: 'einmalig' });
    const draft = await desk.draft();
    const answers = [
      await create({ slug: 'einmalig' }),
      await desk.edit(draft.id, draft.version, anArticleRequest({ slug: 'einmalig' })),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'article.slug-taken'],
      [409, 'article.slug-taken'],
    ]);
  });

  it('is unique for many articles that are created at once with the same headline', async () => {
    const headline = 'x'.repeat(160);
    const answers = await Promise.all(Array.from({ length: 16 }, () => create({ headline })));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const slugs = answers.map(({ body }) => body.slug);
    expect(new Set(slugs).size).toBe(16);
    expect(Math.max(...slugs.map((slug) => slug.length))).toBeLessThanOrEqual(120);
  });

  describe('that looks like an id', () => {
    it('is refused', async () => {
      const { status, body } = await create({ slug: anId() });
      expect({ status, pointers: body.errors?.map(({ pointer }) => pointer) }).toEqual({
        status: 422,
        pointers: ['/slug'],
      });
    });

    it('is not made from a headline', async () => {
      expect((await desk.draft({ headline: anId().replaceAll('-', ' ') })).slug).toMatch(/^artikel-/);
    });

    it('still finds an article that had it before this rule', async () => {
      const { id } = await desk.published();
      const slug = anId();
      await desk.service.query(`INSERT INTO article_slug (slug, article_id) VALUES ($1, $2)`, [slug, id]);
      await desk.service.query(`UPDATE article SET slug = $1 WHERE id = $2`, [slug, id]);
      expect(await desk.read(`/articles/${slug}`)).toMatchObject({ status: 200, body: { id } });
    });
  });

  describe('of a working copy', () => {
    it('is not public and does not redirect', async () => {
      const { id, version } = await desk.published({ slug: 'harmlos' });
      expectOk(await desk.edit(id, version, anArticleRequest({ slug: 'ruecktritt' })));
      expect([await statusOf('ruecktritt'), await statusOf('harmlos')]).toEqual([404, 200]);
    });

    it('is reserved while the working copy has it, and released when it gets another slug', async () => {
      const { id, version } = await desk.published();
      const edited = expectOk(await desk.edit(id, version, anArticleRequest({ slug: 'nur-geplant' })));
      expect((await create({ slug: 'nur-geplant' })).body.code).toBe('article.slug-taken');
      expectOk(await desk.edit(id, edited.version, anArticleRequest({ slug: 'anders-geplant' })));
      expect((await create({ slug: 'nur-geplant' })).status).toBe(201);
    });

    it('is released when the article is taken down', async () => {
      const { id, version } = await desk.published();
      const edited = expectOk(await desk.edit(id, version, anArticleRequest({ slug: 'nie-erschienen' })));
      expectOk(await desk.act('retract', edited, { reason: 'legal' }));
      expect(await statusOf('nie-erschienen')).toBe(404);
      expect((await create({ slug: 'nie-erschienen' })).status).toBe(201);
    });

    it('becomes public with it, and the previous one redirects', async () => {
      const { id, version } = await desk.published({ slug: 'eins' });
      const edited = expectOk(await desk.edit(id, version, anArticleRequest({ slug: 'zwei' })));
      const second = expectOk(await desk.act('publish', edited));
      const back = expectOk(await desk.edit(id, second.version, anArticleRequest({ slug: 'eins' })));
      expect([await statusOf('eins'), await statusOf('zwei')]).toEqual([301, 200]);
      expectOk(await desk.act('publish', back));
      expect([await statusOf('eins'), await statusOf('zwei')]).toEqual([200, 301]);
    });
  });

  it('never blocks a purge, not even when it is derived from the id', async () => {
    const article = await desk.retracted();
    await create({ slug: `article-${article.id}` });
    await create({ slug: `purged-${article.id}` });
    expectOk(await desk.act('purge', article));
    expect(await statusOf(article.slug)).toBe(410);
  });
});
