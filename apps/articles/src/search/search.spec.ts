import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith, waitUntil } from '#testing';
import { FillArticleSearch1764400000000 } from '../migrations/1764400000000-fill-article-search.js';
import { Desk, expectOk, type Problem } from '../../test/desk.js';
import type { SearchResponse } from './search.js';

const paragraph = (text: string) => [{ type: 'paragraph', runs: [{ text }] }];

describeWith('postgres')('search', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
    await desk.published({
      slug: 'haeuser',
      headline: 'Neue Häuser in Zürich',
      lead: 'Die Strasse wird grün.',
    });
    await desk.published({
      slug: 'abstimmung',
      headline: 'Volk sagt Ja',
      lead: 'Ein klares Ergebnis.',
      section: 'sport',
      body: paragraph(
        'Die Abstimmungen über das Seilbahngesetz gingen an alle Gemeinden. Der Bundesrat ist zufrieden.',
      ),
    });
    await desk.published({ slug: 'seilbahn', headline: 'Seilbahn steht still', lead: 'Ein Seil riss.' });
    await waitUntil(async () => (await desk.service.query('SELECT FROM search_backlog')).length === 0);
  });
  afterAll(() => desk.stop());

  const find = async (q: string, more = '') =>
    (await desk.read<SearchResponse>(`/search?q=${encodeURIComponent(q)}${more}`)).body;
  const slugs = async (q: string, more = '') => (await find(q, more)).items.map(({ slug }) => slug);

  it.each([
    ['another form of the word', 'Haus', 'haeuser'],
    ['ae for ä', 'haeuser', 'haeuser'],
    ['no marks at all', 'zurich', 'haeuser'],
    ['ü as two characters', 'Zu\u0308rich', 'haeuser'],
    ['ß for ss', 'Straße', 'haeuser'],
    ['a word of the body', 'Gemeinde', 'abstimmung'],
    ['several words', 'strasse häuser', 'haeuser'],
    ['a phrase', '"Seilbahn steht"', 'seilbahn'],
    ['one word without another', 'seilbahn -gondel', 'seilbahn'],
    ['a missing letter', 'Abstimung', 'abstimmung'],
    ['two letters that changed places', 'Bundesrta', 'abstimmung'],
    ['a typing error in one of two words', 'Seilbahn stillx', 'seilbahn'],
  ])('finds by %s: %s', async (_by, q, slug) => {
    expect(await slugs(q)).toContain(slug);
  });

  it.each([
    ['words that are not next to each other', '"steht Seilbahn"'],
    ['a word that was ruled out', 'häuser -zürich'],
    ['words that nothing has', 'Quastenflosser'],
  ])('does not find %s: %s', async (_what, q) => {
    expect(await slugs(q)).toEqual([]);
  });

  it('finds articles that were there before the search was', async () => {
    await desk.service.query(
      `DELETE FROM article_search WHERE article_id IN (SELECT id FROM article WHERE slug = 'seilbahn')`,
    );
    expect(await slugs('"Seilbahn steht"')).toEqual([]);
    const db = { query: (sql: string, values?: unknown[]) => desk.service.query(sql, values) };
    await new FillArticleSearch1764400000000().up(db as never);
    expect(await slugs('"Seilbahn steht"')).toEqual(['seilbahn']);
  });

  it('says whether it had to look for words that are spelled much like these', async () => {
    expect([(await find('Abstimmung')).similar, (await find('Abstimung')).similar]).toEqual([false, true]);
  });

  it('ranks a hit in the headline before one in the body', async () => {
    expect((await slugs('seilbahn or seilbahngesetz'))[0]).toBe('seilbahn');
  });

  it('filters by section, and by time', async () => {
    expect(await slugs('ja or seilbahn', '&section=sport')).toEqual(['abstimmung']);
    expect(await slugs('seilbahn', '&from=2999-01-01T00:00:00Z')).toEqual([]);
    expect(await slugs('seilbahn', '&to=2999-01-01T00:00:00%2B01:00')).toContain('seilbahn');
  });

  it('highlights as ranges of the text as it is, not as markup', async () => {
    await desk.published({ slug: 'spitz', headline: '<b>Murmeltier</b> & Co.' });
    const [hit] = (await find('murmeltiere')).items;
    expect(hit!.headline).toBe('<b>Murmeltier</b> & Co.');
    const [{ start, end }] = hit!.highlights.headline as [{ start: number; end: number }];
    expect(hit!.headline.slice(start, end)).toBe('Murmeltier');
  });

  it('finds words in angle brackets, which are no tags here', async () => {
    const body = paragraph('Davor <Steinbock> und danach.');
    await desk.published({ slug: 'klammern', headline: 'Der <Luchs>', body });
    const [byHeadline] = (await find('luchs')).items;
    const [{ start, end }] = byHeadline!.highlights.headline as [{ start: number; end: number }];
    expect(byHeadline!.headline.slice(start, end)).toBe('Luchs');
    expect((await find('<steinbock>')).items[0]!.excerpt!.text).toContain('Davor <Steinbock> und');
  });

  it('shows a piece of the body where only that has the word', async () => {
    const [hit] = (await find('Gemeinden')).items;
    const { text, ranges } = hit!.excerpt!;
    expect(ranges.map(({ start, end }) => text.slice(start, end))).toEqual(['Gemeinden']);
  });

  it('pages without repeating, whatever is published meanwhile', async () => {
    for (let i = 0; i < 5; i++) await desk.published({ headline: `Alphorn ${i}` });
    const first = await find('alphorn', '&limit=3');
    await desk.published({ headline: 'Alphorn dazwischen' });
    const second = await find('alphorn', `&limit=3&cursor=${first.nextCursor}`);
    const seen = [...first.items, ...second.items].map(({ headline }) => headline).toSorted();
    expect(seen).toEqual([0, 1, 2, 3, 4].map((i) => `Alphorn ${i}`));
    expect(second.nextCursor).toBeUndefined();
  });

  it('does not find what was retracted', async () => {
    const article = await desk.published({ headline: 'Nebelspalterei' });
    expect(await slugs('Nebelspalterei')).toHaveLength(1);
    expectOk(await desk.act('retract', article, { reason: 'error' }));
    expect(await slugs('Nebelspalterei')).toEqual([]);
  });

  describe('refuses', () => {
    it.each([
      ['nothing to look for', '', 'request.invalid'],
      ['stop words alone', 'und oder', 'search.empty'],
      ['control characters alone', '\u0000\u0007', 'request.invalid'],
    ])('%s', async (_what, q, code) => {
      const { status, body } = await desk.read<Problem>(`/search?q=${encodeURIComponent(q)}`);
      expect({ status, code: body.code }).toEqual({ status: 422, code });
    });

    it.each(["'; DROP TABLE article; --", '(((', '& | !', '<->', '"', ':*', '\\', '%'])(
      'nobody for odd characters: %s',
      async (q) => {
        const { status } = await desk.read(`/search?q=${encodeURIComponent(`seilbahn ${q}`)}`);
        expect(status).toBe(200);
      },
    );
  });
});
