import { Archive } from './archive.js';
import { gatewayBesideBare } from './gateway.js';
import { germanArticle, germanTexts, randomFrom } from './german-articles.js';
import { listCursors } from './list-cursors.js';
import { percentile, Table } from './table.js';

const FEW = 1_000;
const MANY = Number(process.env['BENCH_ARTICLES'] ?? 100_000);
const REQUESTS = 400;

/** The cost of reads with a thousand and with a hundred thousand articles, then through the gateway compared with bare Fastify. */
export async function measureReading(): Promise<void> {
  const archive = await Archive.start();
  try {
    const { url } = archive;
    await archive.fill(0, FEW);
    const few = await readings(url, FEW);
    await archive.fill(FEW, MANY);
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
    console.log(`\nthe articles service, one request at a time\n\n${table}`);
    await gatewayBesideBare(archive, MANY);
  } finally {
    await archive.remove();
  }
}

async function readings(url: string, articles: number): Promise<Map<string, number[]>> {
  const texts = await germanTexts();
  const random = randomFrom(7);
  const someArticle = () => Math.floor(random() * articles);
  const page = 20;
  const deepCursor = (await listCursors(url, page, Math.min(1_000, articles / page) - 1)).at(-1)!;
  const words = (count: number) => {
    const all = germanArticle(texts, someArticle()).body.flatMap(
      ({ runs }) => runs[0]!.text.match(/\p{L}{6,}/gu) ?? [],
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
