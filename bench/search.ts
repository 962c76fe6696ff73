import { waitUntil, type Editor } from '#testing';
import { searchCases, searchCorpus } from '../apps/articles/test/search-corpus.js';
import { Archive } from './archive.js';
import { percentile, Table } from './table.js';

const ARTICLES = Number(process.env['BENCH_ARTICLES'] ?? 100_000);
const ROUNDS = 25;

const mistyped =
  'regirung partai wirtschat unternemen minster präsdent europpa politk gesetzz gericth polzei sozail milionen ' +
  'prozzent untersuchng komission';

/** The cost of each query in the table of search cases, and of some expensive ones, in a large archive. */
export async function measureSearch(): Promise<void> {
  const archive = await Archive.start();
  try {
    await archive.fill(0, ARTICLES);
    await publishCorpus(archive.editor);
    await waitUntil(async () => (await archive.db.query(`SELECT FROM search_backlog LIMIT 1`)).length === 0, {
      within: 3_600_000,
      what: 'the words to be learned',
    });
    const table = await timings(archive.url);
    console.log(`\nsearch among ${ARTICLES} articles, one request at a time\n\n${table}`);
  } finally {
    await archive.remove();
  }
}

/** The duration of each query in milliseconds. */
async function timings(url: string): Promise<Table> {
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

async function publishCorpus(editor: Editor): Promise<void> {
  for (const { body, ...texts } of searchCorpus) {
    await editor.publish({ ...texts, body: [{ type: 'paragraph', runs: [{ text: body }] }] });
  }
}
