import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource, createLogger } from '#platform';
import { addressOf, describeWith, waitUntil } from '#testing';
import { database } from '../database.js';
import { FillArticleSearch1764400000000 } from '../migrations/1764400000000-fill-article-search.js';
import { FillSearchVocabulary1764800000001 } from '../migrations/1764800000001-fill-search-vocabulary.js';
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
    await learned();
  });
  afterAll(() => desk.stop());

  const learned = () =>
    waitUntil(async () => (await desk.service.query('SELECT FROM search_backlog')).length === 0, {
      what: 'the words to be learned',
    });

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
    ['swapped letters', 'Bundesrta', 'abstimmung'],
    ['a typo in one of two words', 'Seilbahn stillx', 'seilbahn'],
  ])('finds by %s: %s', async (_by, q, slug) => {
    expect(await slugs(q)).toContain(slug);
  });

  it.each([
    ['words that are not next to each other', '"steht Seilbahn"'],
    ['an excluded word', 'häuser -zürich'],
    ['words that no article has', 'Quastenflosser'],
  ])('does not find %s: %s', async (_what, q) => {
    expect(await slugs(q)).toEqual([]);
  });

  it('finds articles that were published before the search existed', async () => {
    await desk.service.query(
      `DELETE FROM article_search WHERE article_id IN (SELECT id FROM article WHERE slug = 'seilbahn')`,
    );
    expect(await slugs('"Seilbahn steht"')).toEqual([]);
    const db = { query: (sql: string, values?: unknown[]) => desk.service.query(sql, values) };
    await new FillArticleSearch1764400000000().up(db as never);
    expect(await slugs('"Seilbahn steht"')).toEqual(['seilbahn']);
  });

  it('reports whether it had to use similar words', async () => {
    expect([(await find('Abstimmung')).similar, (await find('Abstimung')).similar]).toEqual([false, true]);
  });

  it('ranks a hit in the headline before one in the body', async () => {
    expect((await slugs('seilbahn or seilbahngesetz'))[0]).toBe('seilbahn');
  });

  it('filters by section and by time', async () => {
    expect(await slugs('ja or seilbahn', '&section=sport')).toEqual(['abstimmung']);
    expect(await slugs('seilbahn', '&from=2999-01-01T00:00:00Z')).toEqual([]);
    expect(await slugs('seilbahn', '&to=2999-01-01T00:00:00%2B01:00')).toContain('seilbahn');
  });

  it('returns highlights as ranges of the original text, not as markup', async () => {
    await desk.published({ slug: 'spitz', headline: '<b>Murmeltier</b> & Co.' });
    const [hit] = (await find('murmeltiere')).items;
    expect(hit!.headline).toBe('<b>Murmeltier</b> & Co.');
    const [{ start, end }] = hit!.highlights.headline as [{ start: number; end: number }];
    expect(hit!.headline.slice(start, end)).toBe('Murmeltier');
  });

  it('finds words in angle brackets, which are not tags', async () => {
    const body = paragraph('Davor <Steinbock> und danach.');
    await desk.published({ slug: 'klammern', headline: 'Der <Luchs>', body });
    const [byHeadline] = (await find('luchs')).items;
    const [{ start, end }] = byHeadline!.highlights.headline as [{ start: number; end: number }];
    expect(byHeadline!.headline.slice(start, end)).toBe('Luchs');
    expect((await find('<steinbock>')).items[0]!.excerpt!.text).toContain('Davor <Steinbock> und');
  });

  it('shows an excerpt of the body when only the body has the word', async () => {
    const [hit] = (await find('Gemeinden')).items;
    const { text, ranges } = hit!.excerpt!;
    expect(ranges.map(({ start, end }) => text.slice(start, end))).toEqual(['Gemeinden']);
  });

  it('repeats no hit on the next page when articles are published in between', async () => {
    for (let i = 0; i < 5; i++) await desk.published({ headline: `Alphorn ${i}` });
    const first = await find('alphorn', '&limit=3');
    await desk.published({ headline: 'Alphorn dazwischen' });
    const second = await find('alphorn', `&limit=3&cursor=${first.nextCursor}`);
    const seen = [...first.items, ...second.items].map(({ headline }) => headline).toSorted();
    expect(seen).toEqual([0, 1, 2, 3, 4].map((i) => `Alphorn ${i}`));
    expect(second.nextCursor).toBeUndefined();
  });

  it('counts the hits and can sort them by date', async () => {
    for (let i = 0; i < 4; i++) {
      await desk.published({ headline: i === 1 ? 'Dudelsack' : `Kein ${i}`, lead: 'Dudelsack' });
    }
    const first = await find('dudelsack', '&order=date&limit=3');
    expect(first).toMatchObject({
      total: 4,
      items: [3, 2, 1].map((i) => ({ headline: i === 1 ? 'Dudelsack' : `Kein ${i}` })),
    });
    const second = await find('dudelsack', `&order=date&limit=3&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ total: 4, items: [{ headline: 'Kein 0' }] });
    expect(second.nextCursor).toBeUndefined();
    expect((await find('dudelsack')).items[0]!.headline).toBe('Dudelsack');
  });

  it('filters by topic, place and author, including smaller places', async () => {
    await desk.put('topics/hirtenhund', { name: 'Hirtenhund' });
    await desk.put('places/bergtal', { name: 'Bergtal' });
    await desk.put('places/bergdorf', { name: 'Bergdorf', parent: 'bergtal' });
    await desk.put('authors/reto-hirt', { name: 'Reto Hirt' });
    const terms = { topics: ['hirtenhund'], places: ['bergdorf'], authors: ['reto-hirt'] };
    await desk.published({ slug: 'mit-hund', headline: 'Wollschafe', ...terms });
    await desk.published({ slug: 'ohne-hund', headline: 'Wollschafe' });
    expect((await slugs('wollschafe')).toSorted()).toEqual(['mit-hund', 'ohne-hund']);
    for (const filter of ['topic=hirtenhund', 'place=bergtal', 'place=bergdorf', 'author=reto-hirt']) {
      expect({ filter, slugs: await slugs('wollschafe', `&${filter}`) }).toEqual({
        filter,
        slugs: ['mit-hund'],
      });
    }
    expect(await desk.read('/search?q=wollschafe&topic=katzen')).toMatchObject({ status: 404 });
  });

  it('pages through more hits than it ranks, each once', async () => {
    const { id } = await desk.published({ headline: 'Tausendfüssler', topics: [] });
    await desk.service.query(
      `WITH copy AS (
         INSERT INTO article (id, slug, state, version, draft, snapshot, summary, published_version, published_at, updated_at)
         SELECT uuidv7(), 'fuss-' || n, state, version, draft, snapshot, summary, published_version,
           published_at - make_interval(mins => n), updated_at FROM article, generate_series(1, 519) AS n WHERE id = $1
         RETURNING id, published_at)
       INSERT INTO article_search SELECT copy.id, copy.published_at, section_id, document
       FROM copy, article_search WHERE article_id = $1`,
      [id],
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { items, total, nextCursor } = await find(
        'tausendfüssler',
        `&limit=50${cursor ? `&cursor=${cursor}` : ''}`,
      );
      expect(total).toBe(520);
      seen.push(...items.map((item) => item.slug));
      cursor = nextCursor;
    } while (cursor);
    // The copies have the summary of their original.
    expect(seen).toHaveLength(520);
  });

  it('finds compounds by words that it learned later', async () => {
    await desk.published({ slug: 'quallen', headline: 'Zupfquallenbremse montiert' });
    await learned();
    await desk.published({ slug: 'zupf', headline: 'Eine Zupfqualle und ihre Zupfquallen' });
    await waitUntil(async () => (await slugs('bremse')).includes('quallen'));
    await waitUntil(async () => (await slugs('zupfqualle')).includes('quallen'));
    expect((await slugs('zupfqualle'))[0]).toBe('zupf');
  });

  it('corrects at most five words per query', async () => {
    await desk.published({ headline: 'Alpaka Bernstein Chamäleon Distelfalter Eichelhäher Flusskrebs' });
    await learned();
    expect(await slugs('alpakka bernnstein chammäleon distellfalter eichelhäherr')).toHaveLength(1);
    expect(await slugs('alpakka bernnstein chammäleon distellfalter eichelhäherr flusskrebbs')).toEqual([]);
  });

  it('reindexes documents that a replica of the previous version wrote', async () => {
    const { id } = await desk.published({ slug: 'alte-fassung', headline: 'Kreiselbahn eröffnet' });
    await learned();
    await desk.service.query(
      `UPDATE article_search SET document = to_tsvector('german', 'Kreiselbahn eröffnet') WHERE article_id = $1`,
      [id],
    );
    const found = await waitUntil(async () => (await slugs('bahn')).find((slug) => slug === 'alte-fassung'));
    expect(found).toBeDefined();
  });

  it('has its index filled by a migration that can run twice', async () => {
    const { id } = await desk.published({ slug: 'von-frueher', headline: 'Silberfischbahn' });
    await learned();
    const [{ name }] = (await desk.service.query<{ name: string }>('SELECT current_database() AS name')) as [
      { name: string },
    ];
    const url = Object.assign(new URL(addressOf('postgres')), { pathname: `/${name}` }).href;
    const db = createDataSource(
      'test',
      url,
      { databasePool: 1, databaseUrl: url },
      database,
      createLogger('test', 'silent'),
    );
    await db.initialize();
    const runner = db.createQueryRunner();
    try {
      await runner.query(`ALTER TABLE article_search DISABLE TRIGGER article_search_backlog`);
      await runner.query(
        `UPDATE article_search SET document = to_tsvector('german', 'Silberfischbahn') WHERE article_id = $1`,
        [id],
      );
      await runner.query(`DELETE FROM search_vocabulary`);
      expect(await slugs('silberfisch')).toEqual([]);
      await new FillSearchVocabulary1764800000001().up(runner);
      await new FillSearchVocabulary1764800000001().up(runner);
      expect(await slugs('bahn')).toContain('von-frueher');
      await runner.query(`ALTER TABLE article_search ENABLE TRIGGER article_search_backlog`);
    } finally {
      await runner.release();
      await db.destroy();
    }
  });

  it('highlights words with decomposed letters and soft hyphens', async () => {
    const headline = 'Bo\u0308en über Öster\u00adreich';
    await desk.published({ headline, body: paragraph(`Die Regenbo\u0308gen waren zu sehen.`) });
    const highlighted = async (q: string) => {
      const [hit] = (await find(q)).items;
      return hit!.highlights.headline.map(({ start, end }) => headline.slice(start, end));
    };
    expect(await highlighted('böen')).toEqual(['Bo\u0308en']);
    expect(await highlighted('oesterreich')).toEqual(['Öster\u00adreich']);
    const { text, ranges } = (await find('regenbögen')).items[0]!.excerpt!;
    expect(ranges.map(({ start, end }) => text.slice(start, end))).toEqual(['Regenbo\u0308gen']);
  });

  it('does not find retracted articles', async () => {
    const article = await desk.published({ headline: 'Nebelspalterei' });
    expect(await slugs('Nebelspalterei')).toHaveLength(1);
    expectOk(await desk.act('retract', article, { reason: 'error' }));
    expect(await slugs('Nebelspalterei')).toEqual([]);
  });

  describe('with unusual input', () => {
    it.each([
      ['an empty query', '', 'request.invalid'],
      ['only stop words', 'und oder', 'search.empty'],
      ['only excluded words', '-seilbahn -"steht still"', 'search.empty'],
      ['only emoji', '🚲🚲', 'search.empty'],
      ['only control characters', '\u0000\u0007', 'request.invalid'],
    ])('refuses %s', async (_what, q, code) => {
      const { status, body } = await desk.read<Problem>(`/search?q=${encodeURIComponent(q)}`);
      expect({ status, code: body.code }).toEqual({ status: 422, code });
    });

    it.each(['from=0000-01-01T00:00:00Z', 'to=9999-12-31T23:59:59-23:59', 'cursor=abc', 'order=oldest'])(
      'refuses the parameter %s',
      async (parameter) => {
        expect((await desk.read(`/search?q=seilbahn&${parameter}`)).status).toBe(422);
      },
    );

    it.each(["'; DROP TABLE article; --", '(((', '& | !', '<->', '"', ':*', '\\', '%'])(
      'accepts odd characters: %s',
      async (q) => {
        const { status } = await desk.read(`/search?q=${encodeURIComponent(`seilbahn ${q}`)}`);
        expect(status).toBe(200);
      },
    );
  });
});
