import { readFile } from 'node:fs/promises';

/** German news texts as `label,text` (RFC 4180). They are not part of the project. */
const TEXTS = process.env['BENCH_TEXTS'] ?? '../shared/data/german-news-dev.csv';

interface Text {
  readonly section: string;
  readonly sentences: string[];
}

/** The texts, with their labels as sections. @throws Error if there is no such file. */
export async function germanTexts(): Promise<Text[]> {
  const csv = await readFile(TEXTS, 'utf8').catch(() => {
    throw new Error(`There is no file ${TEXTS}. Set BENCH_TEXTS to a CSV file with the columns label,text.`);
  });
  return recordsOf(csv)
    .slice(1)
    .map(([label = '', text = '']) => ({
      section: label.toLowerCase(),
      sentences: text.split(/(?<=[.!?]) +(?=[A-ZÄÖÜ«„"])/).filter((sentence) => sentence.length < 600),
    }))
    .filter(({ sentences }) => sentences.length > 6);
}

/** The content of article `n` for the editorial API: a mixture of sentences, always the same for the same `n`. */
export function germanArticle(texts: readonly Text[], n: number) {
  const random = randomFrom(n + 1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const base = texts[n % texts.length]!;
  const sentences = Array.from({ length: 30 }, () =>
    pick(random() < 0.7 ? base.sentences : pick(texts).sentences),
  );
  const [headline, lead] = [
    pick(base.sentences).slice(0, 110),
    sentences.slice(0, 2).join(' ').slice(0, 600),
  ];
  const paragraphs = Array.from({ length: 9 }, (_, i) => sentences.slice(i * 3 + 2, i * 3 + 5).join(' '));
  return {
    slug: `artikel-${n}`,
    kicker: base.section.slice(0, 60),
    headline,
    lead,
    authors: ['lia-muster'],
    leadPicture: {
      url: `https://pictures.example/${n}.jpg`,
      width: 1200,
      height: 800,
      alt: headline,
      credit: 'Archiv',
    },
    body: paragraphs.map((text) => ({ type: 'paragraph', runs: [{ text }] })),
    section: base.section,
    topics: [`thema-${n % 50}`],
    label: 'none',
  };
}

/** Pseudo-random numbers from 0 to 1 (mulberry32), the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function recordsOf(csv: string): string[][] {
  const records: string[][] = [[]];
  for (const [, quoted, bare, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    records.at(-1)!.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end !== ',') records.push([]);
  }
  return records.filter((record) => record.length > 1);
}
