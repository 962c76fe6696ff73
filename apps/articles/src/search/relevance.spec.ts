import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith, waitUntil } from '#testing';
import { Desk } from '../../test/desk.js';
import { searchCases, searchCorpus } from '../../test/search-corpus.js';
import type { SearchResponse } from './search.js';

/** What readers type, and the articles of a small newspaper that they must find. */
describeWith('postgres')('the search in a small archive', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
    await Promise.all(
      searchCorpus.map(({ body, ...texts }) =>
        desk.published({ ...texts, body: [{ type: 'paragraph', runs: [{ text: body }] }] }),
      ),
    );
    await waitUntil(async () => (await desk.service.query('SELECT FROM search_backlog')).length === 0);
  });
  afterAll(() => desk.stop());

  it.each(searchCases.map(([what, { q, ...expected }]) => [what, q, expected] as const))(
    'finds by %s: %s',
    async (_what, q, { finds, not = [], inOrder }) => {
      const { status, body } = await desk.read<SearchResponse>(`/search?limit=50&q=${encodeURIComponent(q)}`);
      const found = body.items.map(({ slug }) => slug);
      const hits = inOrder ? found.slice(0, finds.length) : finds.filter((slug) => found.includes(slug));
      const wrong = finds.length === 0 ? found : found.filter((slug) => not.includes(slug));
      expect({ status, hits, wrong }).toEqual({ status: 200, hits: finds, wrong: [] });
    },
  );
});
