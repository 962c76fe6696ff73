import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { anArticleRequest, anId, describeWith } from '#testing';
import { Desk, type Problem } from '../../test/desk.js';
import type { ImportResponse } from './imports.dto.js';

describeWith('postgres')('an import', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  const send = (overrides: Record<string, unknown> = {}) =>
    desk.service.as<ImportResponse & Problem>('editor', 'POST', '/editorial/imports', {
      sourceId: `archiv:${anId()}`,
      article: anArticleRequest(),
      ...overrides,
    });

  it('publishes immediately, with the time of the first publication elsewhere', async () => {
    const { status, body } = await send({ publishedAt: '2019-03-01T08:00:00+01:00' });
    expect({ status, ...body }).toMatchObject({
      status: 200,
      outcome: 'imported',
      state: 'published',
      missing: [],
    });
    expect((await desk.read(`/articles/${body.id}`)).body).toMatchObject({
      publishedAt: '2019-03-01T07:00:00.000Z',
      updatedAt: '2019-03-01T07:00:00.000Z',
    });
  });

  it('with a known source id changes nothing', async () => {
    const first = (await send({ sourceId: 'archiv:1' })).body;
    const second = (await send({ sourceId: 'archiv:1', article: anArticleRequest({ headline: 'Anders' }) }))
      .body;
    expect(second).toMatchObject({ id: first.id, outcome: 'known', state: 'published' });
    expect((await desk.read(`/articles/${first.id}`)).body.headline).not.toBe('Anders');
  });

  it('that is sent ten times at once creates one article', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send({ sourceId: 'archiv:zugleich' })),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.outcome === 'imported')).toHaveLength(1);
  });

  it('of an incomplete article creates a draft and lists what is missing', async () => {
    const { body } = await send({ article: anArticleRequest({ kicker: undefined }) });
    expect(body).toMatchObject({
      outcome: 'imported',
      state: 'draft',
      missing: [{ pointer: '/kicker', detail: 'is missing' }],
    });
  });

  it('creates its terms', async () => {
    const terms = {
      section: { slug: 'archiv', name: 'Archiv' },
      authors: [{ slug: 'alt-meister', name: 'Alt Meister' }],
      topics: [{ slug: 'damals', name: 'Damals' }],
    };
    const article = anArticleRequest({ section: 'archiv', authors: ['alt-meister'], topics: ['damals'] });
    const { body } = await send({ terms, article });
    expect((await desk.read(`/articles/${body.id}`)).body).toMatchObject({
      section: { name: 'Archiv' },
      byline: [{ name: 'Alt Meister' }],
      topics: [{ name: 'Damals' }],
    });
  });

  it('is accepted when many others create the same terms at once, in any order', async () => {
    const topics = Array.from({ length: 12 }, (_, i) => ({ slug: `neu-${i}`, name: `Neu ${i}` }));
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        send({
          terms: { topics: i % 2 ? topics : topics.toReversed() },
          article: anArticleRequest({ topics: [topics[i % 12]!.slug] }),
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  it('adds a suffix to a slug that another article has', async () => {
    await desk.published({ slug: 'schon-da' });
    expect((await send({ article: anArticleRequest({ slug: 'schon-da' }) })).body.slug).toMatch(
      /^schon-da-\w{6}$/,
    );
  });

  it('of 60 articles with the same title, eight at a time, creates 60', async () => {
    const slugs: string[] = [];
    for (let i = 0; i < 60; i += 8) {
      const some = Array.from({ length: Math.min(8, 60 - i) }, () =>
        send({
          article: anArticleRequest({ headline: 'Leserbriefe', ...(i % 16 && { slug: 'leserbriefe' }) }),
        }),
      );
      for (const { status, body } of await Promise.all(some)) {
        expect({ status, outcome: body.outcome }).toEqual({ status: 200, outcome: 'imported' });
        slugs.push(body.slug);
      }
    }
    expect(new Set(slugs).size).toBe(60);
  });

  it('is accepted even if the slug with its usual suffix is taken, too', async () => {
    const tail = createHash('sha256').update('archiv:pech').digest('hex').slice(-6);
    for (const slug of ['pech', `pech-${tail}`]) await desk.draft({ slug });
    const { status, body } = await send({
      sourceId: 'archiv:pech',
      article: anArticleRequest({ slug: 'pech' }),
    });
    expect({ status, slug: body.slug }).toMatchObject({
      status: 200,
      slug: expect.stringMatching(/^pech-\w{16}$/),
    });
  });

  it('publishes an article whose embargo is over', async () => {
    const article = anArticleRequest({ embargoUntil: '2020-01-01T00:00:00Z' });
    const { status, body } = await send({ article, publishedAt: '2019-12-31T00:00:00Z' });
    expect({ status, ...body }).toMatchObject({ status: 200, state: 'published', missing: [] });
    expect((await desk.read(`/articles/${body.id}`)).body.publishedAt).toBe('2019-12-31T00:00:00.000Z');
  });

  it('does not restore a purged article', async () => {
    const { id } = (await send({ sourceId: 'archiv:weg' })).body;
    await desk.act('retract', { id, version: 2 }, { reason: 'legal' });
    await desk.act('purge', { id, version: 3 });
    expect((await send({ sourceId: 'archiv:weg' })).body).toMatchObject({
      id,
      outcome: 'known',
      state: 'retracted',
    });
  });

  it.each([
    ['without a source id', { sourceId: '' }, '/sourceId'],
    ['from the future', { publishedAt: '2999-01-01T00:00:00Z' }, '/publishedAt'],
    ['under the digest of an erased source id', { sourceId: `sha256:${'0'.repeat(64)}` }, '/sourceId'],
    ['under a slug that looks like an id', { article: anArticleRequest({ slug: anId() }) }, '/article/slug'],
    ['with an unknown field', { article: { ...anArticleRequest(), mood: 'x' } }, ''],
  ])('%s is refused', async (_what, overrides, pointer) => {
    const { status, body } = await send(overrides);
    expect(status).toBe(422);
    expect(body.errors?.map((error) => error.pointer).some((one) => one.startsWith(pointer))).toBe(true);
  });
});
