import { addressOf } from '#testing';
import { Replicas } from '../test/articles/replicas.js';
import { fillArticles } from './article-store.js';
import { gatewayBesideBare } from './gateway.js';
import { germanArticle, germanTexts, randomFrom } from './german-articles.js';
import { percentile, Table } from './table.js';

const FEW = 1_000;
const MANY = Number(process.env['BENCH_ARTICLES'] ?? 100_000);
const REQUESTS = 400;

/** What reading costs with a thousand articles and with a hundred thousand, then through the gateway beside bare Fastify. */
export async function measureReading(): Promise<void> {
  const replicas = await Replicas.create(addressOf('kafka'));
  try {
    await fillArticles(replicas.db.url, 0, FEW);
    const { url } = await replicas.start();
    const few = await readings(url, FEW);
    await fillArticles(replicas.db.url, FEW, MANY);
    const many = await readings(url, MANY);
    const table = new Table([
      '',
      `p50 ms, ${FEW}`,
      'p99',
      `p50 ms, ${MANY}`,
      'p99',
      'p50 ratio',
      'p99 ratio',
    ]);
    for (const [name, ms] of few) {
      const others = many.get(name)!;
      const [a, b, c, d] = [
        percentile(ms, 0.5),
        percentile(ms, 0.99),
        percentile(others, 0.5),
        percentile(others, 0.99),
      ].map(Number);
      table.add([name, a!, b!, c!, d!, c! / a!, d! / b!]);
    }
    console.log(`\nthe articles service, one request after the other\n\n${table}`);
    await gatewayBesideBare(replicas, url);
  } finally {
    await replicas.remove();
  }
}

async function readings(url: string, articles: number): Promise<Map<string, number[]>> {
  const texts = await germanTexts();
  const random = randomFrom(7);
  const someArticle = () => Math.floor(random() * articles);
  const page = 20;
  const deepCursor = await cursorOfPage(url, Math.min(1_000, articles / page), page);
  const words = (count: number) => {
    const all = germanArticle(texts, someArticle()).body.flatMap((block) =>
      block.type === 'paragraph' ? (block.runs[0]!.text.match(/\p{L}{6,}/gu) ?? []) : [],
    );
    return Array.from({ length: count }, () => all[Math.floor(random() * all.length)]).join(' ');
  };
  const requests: [string, () => string][] = [
    ['list, first page', () => `/articles?limit=${page}`],
    ['list, page 1,000', () => `/articles?limit=${page}&cursor=${deepCursor}`],
    ['list of a topic', () => `/articles?topic=thema-${someArticle() % 50}&limit=${page}`],
    ['article by slug', () => `/articles/artikel-${someArticle()}`],
    ['search, one word', () => `/search?q=${encodeURIComponent(words(1))}`],
    ['search, three words', () => `/search?q=${encodeURIComponent(words(3))}`],
  ];
  const result = new Map<string, number[]>();
  for (const [name, path] of requests) {
    const ms: number[] = [];
    for (let i = -20; i < REQUESTS; i++) {
      const address = url + path();
      const startedAt = performance.now();
      const response = await fetch(address);
      await response.text();
      if (!response.ok && response.status !== 422) throw new Error(`${address} answered ${response.status}`);
      if (i >= 0) ms.push(performance.now() - startedAt);
    }
    result.set(
      name,
      ms.toSorted((a, b) => a - b),
    );
  }
  return result;
}

/** Walks there, as a client would. */
async function cursorOfPage(url: string, number: number, size: number): Promise<string> {
  let cursor = '';
  for (let read = 0; read + size < number * size;) {
    const step = Math.min(50, number * size - size - read);
    const response = await fetch(`${url}/articles?limit=${step}${cursor && `&cursor=${cursor}`}`);
    const list = (await response.json()) as { nextCursor?: string };
    cursor = list.nextCursor!;
    read += step;
  }
  return cursor;
}
