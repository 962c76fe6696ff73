import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith, waitUntil } from '#testing';
import { Desk, expectOk, type Answer, type ListAnswer } from '../../test/desk.js';

describeWith('postgres')('sections, topics, places and authors', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.stop());

  const ok = async (answer: Promise<Answer>) => expectOk(await answer);
  const idsIn = async (filter: string) =>
    ((await desk.read<Partial<ListAnswer>>(`/articles?${filter}&limit=50`)).body.items ?? []).map(
      ({ id }) => id,
    );
  /** Waits until every article of a changed term is republished. */
  const republished = () =>
    waitUntil(
      async () =>
        (await desk.service.query('SELECT FROM term_change WHERE finished_at IS NULL')).length === 0,
    );

  it.each([
    ['sections/wirtschaft', { name: 'Wirtschaft' }],
    ['topics/startup', { name: 'Startup' }],
    ['places/seewilen', { name: 'Seewilen', country: 'CH' }],
    ['authors/noa-beispiel', { name: 'Noa Beispiel', role: 'Reporterin', biography: 'Schreibt über Seen.' }],
  ])('are created by a PUT, which can be repeated: %s', async (path, content) => {
    const [first, second] = [await ok(desk.put(path, content)), await ok(desk.put(path, content))];
    expect(second).toEqual(first);
    expect(first).toMatchObject({ slug: path.split('/')[1], ...content });
  });

  it('are hidden from readers until something is published under them', async () => {
    for (const topic of ['fusion', 'alltag']) await ok(desk.put(`topics/${topic}`, { name: topic }));
    await desk.draft({ topics: ['fusion'] });
    const article = await desk.published({ topics: ['alltag'] });
    const slugsIn = (terms: { slug: string }[]) => terms.map(({ slug }) => slug);
    const listed = async () => slugsIn((await desk.read<{ slug: string }[]>('/topics')).body);
    expect(await listed()).toContain('alltag');
    expect(await listed()).not.toContain('fusion');
    for (const path of [
      '/articles?topic=fusion',
      '/search?q=zug&section=leer',
      '/feeds/topics/fusion/rss.xml',
    ]) {
      expect((await desk.read(path)).status).toBe(404);
    }
    expect(slugsIn((await desk.get<{ slug: string }[]>('topics')).body)).toEqual(
      expect.arrayContaining(['fusion', 'alltag']),
    );
    await ok(desk.act('retract', article, { reason: 'error' }));
    expect(await listed()).not.toContain('alltag');
  });

  describe('renaming', () => {
    it('republishes every article with the new name, and keeps the working copy', async () => {
      await ok(desk.put('topics/roboter', { name: 'Roboter' }));
      const article = await desk.published({ topics: ['roboter'] });
      await ok(desk.changeTerm('topics/roboter', { name: 'Robotik' }));
      expect((await desk.eventsOf(article.id, 2)).at(-1)).toMatchObject({
        type: 'article.updated',
        data: { article: { topics: [{ slug: 'roboter', name: 'Robotik' }] } },
      });
      expect((await desk.get<{ hasChanges: boolean }>(`articles/${article.id}`)).body.hasChanges).toBe(false);
    });

    it('redirects from the old slug to the new one', async () => {
      await ok(desk.put('topics/kino', { name: 'Kino' }));
      const { id } = await desk.published({ topics: ['kino'] });
      await ok(desk.actOnTerm('rename', 'topics/kino', { slug: 'film' }));
      await republished();
      expect(await idsIn('topic=film')).toEqual([id]);
      expect(await desk.read('/articles?topic=kino')).toMatchObject({
        status: 301,
        body: { code: 'term.moved', slug: 'film' },
      });
      expect(
        (await desk.get<{ content: { topics: string[] } }>(`articles/${id}`)).body.content.topics,
      ).toEqual(['film']);
    });

    it('keeps drafts valid that name the old slug', async () => {
      await ok(desk.put('topics/velo', { name: 'Velo' }));
      const draft = await desk.draft({ topics: ['velo'] });
      await ok(desk.actOnTerm('rename', 'topics/velo', { slug: 'fahrrad' }));
      await ok(desk.act('publish', draft));
      expect(await idsIn('topic=fahrrad')).toEqual([draft.id]);
    });

    it('to the slug of another term is refused with that slug', async () => {
      await ok(desk.put('topics/eins', { name: 'Eins' }));
      await ok(desk.put('topics/zwei', { name: 'Zwei' }));
      expect(await desk.actOnTerm('rename', 'topics/eins', { slug: 'zwei' })).toMatchObject({
        status: 409,
        body: { code: 'term.slug-taken', leadsTo: 'zwei' },
      });
    });
  });

  describe('merging', () => {
    it('moves the articles, emits events, and redirects from the old slug to the other one', async () => {
      for (const slug of ['ki', 'ai']) await ok(desk.put(`topics/${slug}`, { name: slug.toUpperCase() }));
      const [one, both] = [
        await desk.published({ topics: ['ai'] }),
        await desk.published({ topics: ['ai', 'ki'] }),
      ];
      await ok(desk.actOnTerm('merge', 'topics/ai', { into: 'ki' }));
      await republished();
      expect((await idsIn('topic=ki')).toSorted()).toEqual([one.id, both.id].toSorted());
      expect((await desk.read(`/articles/${both.id}`)).body.topics).toMatchObject([{ slug: 'ki' }]);
      expect((await desk.eventsOf(one.id, 2)).at(-1)).toMatchObject({
        data: { article: { topics: [{ slug: 'ki' }] } },
      });
      expect((await desk.read('/articles?topic=ai')).body).toMatchObject({ code: 'term.moved', slug: 'ki' });
      expect((await desk.put('topics/ai', { name: 'AI' })).body).toMatchObject({
        code: 'term.slug-taken',
        leadsTo: 'ki',
      });
    });

    it('of authors changes the byline', async () => {
      for (const slug of ['l-muster', 'luca-probe']) await ok(desk.put(`authors/${slug}`, { name: slug }));
      const { id } = await desk.published({ authors: ['l-muster'] });
      await ok(desk.actOnTerm('merge', 'authors/l-muster', { into: 'luca-probe' }));
      await republished();
      expect((await desk.read(`/articles/${id}`)).body.byline).toMatchObject([{ slug: 'luca-probe' }]);
      expect(await idsIn('author=luca-probe')).toEqual([id]);
    });

    it('into itself is refused', async () => {
      await ok(desk.put('topics/selbst', { name: 'Selbst' }));
      expect((await desk.actOnTerm('merge', 'topics/selbst', { into: 'selbst' })).status).toBe(422);
    });
  });

  describe('deleting', () => {
    it.each(['draft', 'published', 'retracted'] as const)(
      'is refused while a %s article uses the term',
      async (state) => {
        const slug = `thema-${state}`;
        await ok(desk.put(`topics/${slug}`, { name: slug }));
        await desk[state]({ topics: [slug] });
        expect(await desk.remove(`topics/${slug}`, 1)).toMatchObject({
          status: 409,
          body: { code: 'term.in-use', articles: 1, places: 0 },
        });
      },
    );

    it('is refused while only the public version uses the term', async () => {
      await ok(desk.put('topics/noch', { name: 'Noch' }));
      const { id, version } = await desk.published({ topics: ['noch'] });
      await ok(desk.edit(id, version, { headline: 'Ohne Thema', topics: [] }));
      expect((await desk.remove('topics/noch', 1)).status).toBe(409);
    });

    it('is allowed when nothing uses the term', async () => {
      await ok(desk.put('topics/leer', { name: 'Leer' }));
      expect((await desk.remove('topics/leer', 1)).status).toBe(204);
      expect((await desk.read('/articles?topic=leer')).status).toBe(404);
    });
  });

  describe('places', () => {
    it('put their articles into the lists of the larger places, also when these are set later', async () => {
      await ok(desk.put('places/usa', { name: 'USA', country: 'US' }));
      await ok(desk.put('places/colorado', { name: 'Colorado', country: 'US' }));
      await ok(desk.put('places/denver', { name: 'Denver', country: 'US', parent: 'colorado' }));
      const { id } = await desk.published({ places: ['denver'] });
      expect([await idsIn('place=colorado'), await idsIn('place=usa')]).toEqual([[id], []]);
      await ok(desk.changeTerm('places/colorado', { name: 'Colorado', country: 'US', parent: 'usa' }));
      await republished();
      expect(await idsIn('place=usa')).toEqual([id]);
      expect((await desk.read<{ places: unknown }>(`/articles/${id}`)).body.places).toMatchObject([
        { slug: 'denver' },
      ]);
    });

    it('never lie in themselves', async () => {
      await ok(desk.put('places/innen', { name: 'Innen' }));
      await ok(desk.put('places/aussen', { name: 'Aussen', parent: 'innen' }));
      expect((await desk.changeTerm('places/innen', { name: 'Innen', parent: 'aussen' })).body.code).toBe(
        'term.itself',
      );
    });
  });

  it.each([
    ['topics/Gross', { name: 'x' }],
    ['topics/leer', { name: ' ' }],
    ['topics/fremd', { name: 'x', country: 'CH' }],
    ['places/land', { name: 'x', country: 'Schweiz' }],
    ['authors/bild', { name: 'x', portrait: 'javascript:alert(1)' }],
  ])('%s with %j is refused', async (path, content) => {
    expect((await desk.put(path, content)).status).toBe(422);
  });
});
