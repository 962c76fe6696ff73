import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '#testing';
import { Desk, expectOk, type ListAnswer, type Problem } from '../../test/desk.js';

describeWith('postgres')('lists', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
    for (const slug of ['see', 'berg']) await desk.put(`topics/${slug}`, { name: slug });
  });
  afterAll(() => desk.stop());

  const page = async (query: string) => (await desk.read<ListAnswer>(`/articles?${query}`)).body;

  /** Every page of a list, in order; `between` runs after each. */
  async function walk(
    query: string,
    between: () => Promise<unknown> = async () => undefined,
  ): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await page(`${query}&limit=3${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...items.map(({ id }) => id));
      await between();
      cursor = nextCursor;
    } while (cursor);
    return seen;
  }

  async function publishMany(count: number, overrides: Record<string, unknown>): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) ids.push((await desk.published(overrides)).id);
    return ids.toReversed();
  }

  it('are newest first', async () => {
    const ids = await publishMany(4, { topics: ['see'] });
    expect((await page('topic=see')).items.map(({ id }) => id)).toEqual(ids);
  });

  it('neither skip nor repeat an article while others are published, changed and taken down', async () => {
    const ids = await publishMany(10, { topics: ['berg'] });
    const doomed = await desk.published({ topics: ['berg'] });
    let changes = 0;
    const seen = await walk('topic=berg', async () => {
      if (changes++ === 0) expectOk(await desk.act('retract', doomed, { reason: 'error' }));
      await Promise.all([desk.published({ topics: ['berg'] }), desk.published({ topics: ['berg'] })]);
      await desk.post('imports', {
        sourceId: `alt-${changes}`,
        publishedAt: '2019-01-01T00:00:00Z',
        article: { ...(await desk.draft()).content, slug: undefined, topics: ['berg'] },
      });
    });
    expect(seen.filter((id) => ids.includes(id))).toEqual(ids);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('of several terms contain the articles that have all of them', async () => {
    const { id } = await desk.published({ topics: ['see'], section: 'sport' });
    expect((await page('topic=see&section=sport')).items.map((item) => item.id)).toEqual([id]);
  });

  it('name the terms that they are filtered by', async () => {
    expect((await page('section=sport')).terms).toMatchObject([
      { kind: 'section', slug: 'sport', name: 'sport' },
    ]);
    expect((await page('limit=1')).terms).toEqual([]);
  });

  it('keep an article in its place when it is published again', async () => {
    const [newer, older] = await publishMany(2, { section: 'sport', topics: [] });
    const { version, content } = (await desk.get<{ version: number; content: object }>(`articles/${older}`))
      .body;
    const edited = expectOk(await desk.edit(older!, version, { ...content, headline: 'Später ergänzt' }));
    expectOk(await desk.act('publish', edited));
    const items = (await page('section=sport&limit=2')).items;
    expect(items.map(({ id }) => id)).toEqual([newer, older]);
    expect(items[1]).toMatchObject({ headline: 'Später ergänzt' });
  });

  it('omit an article that moved to another section', async () => {
    const { id, version, content } = await desk.published({ section: 'sport' });
    expectOk(
      await desk.act('publish', expectOk(await desk.edit(id, version, { ...content, section: 'news' }))),
    );
    expect((await page('section=sport&limit=50')).items.map((item) => item.id)).not.toContain(id);
    expect((await page('section=news&limit=1')).items.map((item) => item.id)).toEqual([id]);
  });

  it('of the newsroom contain drafts, too, the most recently changed first', async () => {
    const draft = await desk.draft({ headline: 'Noch in Arbeit' });
    const { items } = (await desk.get<ListAnswer>('articles?state=draft&limit=1')).body;
    expect(items).toMatchObject([{ id: draft.id, headline: 'Noch in Arbeit', state: 'draft' }]);
    const all = (await desk.get<ListAnswer>('articles?limit=2')).body;
    const next = (await desk.get<ListAnswer>(`articles?limit=2&cursor=${all.nextCursor}`)).body;
    expect(next.items.map(({ id }) => id)).not.toContain(all.items[1]!.id);
  });

  describe('refuse', () => {
    it.each([
      ['an invalid cursor', 'cursor=abc', 'list.bad-cursor'],
      [
        'a cursor with an impossible time',
        `cursor=${Buffer.from('2026-99-99T00:00:00Z x').toString('base64url')}`,
        'list.bad-cursor',
      ],
      ['a limit that is too high', 'limit=51', 'request.invalid'],
      ['an unknown filter', 'colour=red', 'request.invalid'],
    ])('%s', async (_what, query, code) => {
      expect(await desk.read<Problem>(`/articles?${query}`)).toMatchObject({ status: 422, body: { code } });
    });
  });
});
