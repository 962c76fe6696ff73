import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type pg from 'pg';
import { anArticleRequest, Editor, mainOf, rounds, ServiceProcess, waitUntil } from '#testing';
import { embeddedDatabase } from '../journeys/embedded-database.js';
import { embeddedNewsroom } from '../journeys/targets.js';
import { wordPressExport, type ExpectedPost } from './wordpress-export.js';

const RECORDS = rounds(200, 10_000);
const POSTS = rounds(120, 1_000);

let newsroom: Awaited<ReturnType<typeof embeddedNewsroom>>;
let folder: string;
let db: pg.Client;

beforeAll(async () => {
  newsroom = await embeddedNewsroom();
  await Editor.of(newsroom);
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  db = await embeddedDatabase(newsroom.folder, 'articles');
});

afterAll(async () => {
  await db.end();
  await newsroom.stop();
  await rm(folder, { recursive: true });
});

/** The number of articles whose source id starts with `source`. */
async function count(source: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM article WHERE source_id LIKE $1 || '%'`,
    [source],
  );
  return rows[0]!.n;
}

async function startImport(args: string[], ready: RegExp): Promise<ServiceProcess> {
  const { DATABASE_URL: _d, ...env } = process.env;
  return ServiceProcess.start(
    mainOf('ops'),
    ['import', ...args],
    { ...env, GATEWAY_URL: newsroom.gatewayUrl, NEWSROOM_TOKEN: await newsroom.token('editor') },
    ready,
    300_000,
  );
}

it(`An import of ${RECORDS} records, killed and restarted, ends with exactly ${RECORDS} articles`, async () => {
  const lines = Array.from({ length: RECORDS }, (_, i) =>
    JSON.stringify({
      ...anArticleRequest({ headline: `Aus dem Archiv ${i}` }),
      sourceId: `archiv:${i}`,
      publishedAt: new Date(Date.UTC(2020, 0, 1) + i * 60_000).toISOString(),
    }),
  );
  const bad = ['{"sourceId": "kaputt"', JSON.stringify({ sourceId: 'unbekannt', section: 'nirgends' })];
  const file = join(folder, 'archiv.jsonl');
  await writeFile(file, [...lines.slice(0, 100), ...bad, ...lines.slice(100)].join('\n'));

  // It counts as ready at once, without any output, so that it can be killed as soon as it runs.
  const first = await startImport([file], /()/);
  await waitUntil(async () => (await count('archiv:')) >= RECORDS / 3, { within: 300_000, every: 5 });
  await first.kill();
  const before = await count('archiv:');
  expect(before).toBeLessThan(RECORDS);

  const second = await startImport([file], /(imported)/);
  await second.ended;
  expect(await count('archiv:')).toBe(RECORDS);
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(DISTINCT source_id)::int AS n FROM article WHERE state = 'published' AND version = 2 AND source_id LIKE 'archiv:%'`,
  );
  expect(rows[0]!.n).toBe(RECORDS);
  const [, imported, known] = /([\d,]+) imported, ([\d,]+) already there, 2 bad/.exec(second.output) ?? [];
  const [fresh, present] = [imported, known].map((text) => Number(text?.replaceAll(',', '')));
  expect(fresh).toBeGreaterThan(0);
  expect(present).toBeGreaterThanOrEqual(before);
  expect(fresh! + present!).toBe(RECORDS);
  expect(second.output).toContain('line 101: is not JSON');
  expect(second.output).toContain(
    'line 102 (unbekannt): term.unknown: /section there is no section "nirgends"',
  );
});

interface Line {
  readonly line: number;
  readonly sourceId?: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly notes?: readonly { what: string }[];
}
interface Stored {
  readonly source_id: string;
  readonly state: string;
  readonly slug: string;
  readonly content: { headline?: string };
}

it(`An import of ${POSTS} posts with every kind of damage, killed and restarted, imports each good post once and reports each bad one`, async () => {
  const { bytes, posts } = wordPressExport(POSTS);
  const file = join(folder, 'export.xml');
  const report = join(folder, 'report.jsonl');
  await writeFile(file, bytes);
  const args = [
    file,
    '--author',
    'lia-muster',
    '--kicker',
    'Archiv',
    '--credit',
    'Archiv',
    '--report',
    report,
  ];
  const source = 'https://seewilen.example/';

  const first = await startImport([...args, '--concurrency', '2'], /()/);
  await waitUntil(async () => (await count(source)) >= POSTS / 4, { within: 300_000, every: 5 });
  await first.kill();
  expect(await count(source)).toBeLessThan(posts.filter(isImported).length);

  const second = await startImport(args, /(imported)/);
  await second.ended;

  const lines = (await readFile(report, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const byLine = new Map(lines.map((line) => [line.line, line]));
  const { rows } = await db.query<Stored>(
    `SELECT source_id, state, slug, coalesce(draft, snapshot) AS content FROM article WHERE source_id LIKE $1 || '%'`,
    [source],
  );
  expect(rows).toHaveLength(posts.filter(isImported).length);
  const stored = new Map(rows.map((row) => [row.source_id, row]));
  const wrong = posts.flatMap((post) => wrongWith(post, stored.get(post.sourceId), byLine.get(post.line)));
  expect(wrong).toEqual([]);
  // The only other line is the attachment with the picture.
  expect(lines).toHaveLength(posts.length + 1);
  const { sourceId, line } = posts.findLast(({ outcome }) => outcome === 'bad')!;
  expect(second.output).toContain(`line ${line} (${sourceId})`);
  expect(second.output).toMatch(/passed over$/m);
});

const isImported = ({ outcome }: ExpectedPost): boolean => outcome === 'published' || outcome === 'draft';

/** Describes each difference from what was expected. */
function wrongWith(post: ExpectedPost, row: Stored | undefined, line: Line | undefined): string[] {
  const wrong = (what: unknown): string => `${post.kind} (line ${post.line}): ${JSON.stringify(what)}`;
  if (!line) return [wrong('is not in the report')];
  if (line.sourceId !== post.sourceId) return [wrong(line)];
  if (!isImported(post)) {
    const isReported = line.outcome === post.outcome && line.reason?.includes(post.reason ?? '');
    return [...(isReported ? [] : [wrong(line)]), ...(row ? [wrong('was imported')] : [])];
  }
  if (!row) return [wrong(line)];
  const text = JSON.stringify(row.content) + row.slug;
  const lost = post.contains.filter((part) => !text.includes(part));
  return [
    ...(row.state === post.outcome ? [] : [wrong([row.state, line])]),
    ...((row.content.headline ?? '') === post.headline ? [] : [wrong(row.content.headline)]),
    ...(lost.length > 0 ? [wrong({ lost })] : []),
    ...(!post.note || line.notes?.some(({ what }) => what.includes(post.note!)) ? [] : [wrong(line.notes)]),
  ];
}
