import { addressOf, anArticleRequest, waitUntil } from '#testing';
import { searchCases, searchCorpus } from '../apps/articles/test/search-corpus.js';
import { Replicas, type Draft } from '../test/articles/replicas.js';
import { fillArticles } from './article-store.js';
import { percentile, Table } from './table.js';

const ARTICLES = Number(process.env['BENCH_ARTICLES'] ?? 100_000);
const ROUNDS = 25;

const mistyped =
  'regirung partai wirtschat unternemen minster präsdent europpa politk gesetzz gericth polzei sozail milionen ' +
  'prozzent untersuchng komission';

/** What each query of the table of search cases, and some expensive ones, cost in a large archive, one after the other. */
export async function measureSearch(): Promise<void> {
  const replicas = await Replicas.create(addressOf('kafka'));
  try {
    await fillArticles(replicas.db.url, 0, ARTICLES);
    const { url } = await replicas.start();
    await publishCorpus(replicas, url);
    await waitUntil(async () => (await backlog(replicas)) === 0, {
      within: 3_600_000,
      what: 'the words to be learned',
    });
    const table = await timings(url);
    console.log(`\nsearch among ${ARTICLES} articles, one request after the other\n\n${table}`);
  } finally {
    await replicas.remove();
  }
}

/** Milliseconds that each query takes. */
export async function timings(url: string): Promise<Table> {
  const table = new Table(['', 'hits', 'p50 ms', 'p99 ms']);
  const all: number[] = [];
  const costly = ['der Bundesrat', 'sagt', 'Jahr Prozent Euro', mistyped];
  for (const q of [...searchCases.map(([, { q: query }]) => query), ...costly]) {
    const path = `${url}/search?q=${encodeURIComponent(q)}`;
    const ms: number[] = [];
    let hits = 0;
    for (let i = -3; i < ROUNDS; i++) {
      const startedAt = performance.now();
      const response = await fetch(path);
      const body = (await response.json()) as { items?: unknown[]; total?: number };
      if (i >= 0) ms.push(performance.now() - startedAt);
      hits = body.total ?? body.items?.length ?? 0;
    }
    all.push(...ms);
    ms.sort((a, b) => a - b);
    table.add([q.slice(0, 30), hits, Number(percentile(ms, 0.5)), Number(percentile(ms, 0.99))]);
  }
  all.sort((a, b) => a - b);
  table.add(['all', '', Number(percentile(all, 0.5)), Number(percentile(all, 0.99))]);
  return table;
}

export async function publishCorpus(replicas: Replicas, url: string): Promise<void> {
  // The author is there already.
  await replicas.call(url, 'PUT', 'sections/news', { name: 'News' });
  for (const { body, ...texts } of searchCorpus) {
    const request = anArticleRequest({ ...texts, body: [{ type: 'paragraph', runs: [{ text: body }] }] });
    const { id, version } = await replicas.call<Draft>(url, 'POST', 'articles', request);
    await replicas.call(url, 'POST', `articles/${id}/publish`, undefined, version);
  }
}

const backlog = async (replicas: Replicas): Promise<number> =>
  (await replicas.db.query(`SELECT FROM search_backlog LIMIT 1`)).length;
