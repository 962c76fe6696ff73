import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { anArticleRequest, waitUntil } from '#testing';
import { rounds, ServiceProcess } from '../backbone/harness.js';
import { Editor } from '../journeys/people.js';
import { embeddedNewsroom } from '../journeys/targets.js';

const RECORDS = rounds(400, 10_000);
const OPS = resolve('dist', 'apps', 'ops', 'src', 'main.js');

let newsroom: Awaited<ReturnType<typeof embeddedNewsroom>>;
let folder: string;
let db: pg.Client;

beforeEach(async () => {
  newsroom = await embeddedNewsroom();
  await Editor.of(newsroom);
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  const { databaseUrl } = JSON.parse(await readFile(join(newsroom.folder, 'newsroom.json'), 'utf8')) as {
    databaseUrl: string;
  };
  const url = new URL(databaseUrl);
  url.pathname = '/articles';
  db = new pg.Client({ connectionString: url.href });
  await db.connect();
});

afterEach(async () => {
  await db.end();
  await newsroom.stop();
  await rm(folder, { recursive: true });
});

async function count(): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM article`);
  return rows[0]!.n;
}

async function startImport(file: string, ready: RegExp): Promise<ServiceProcess> {
  const { DATABASE_URL: _d, ...env } = process.env;
  return ServiceProcess.start(
    OPS,
    ['import', file],
    { ...env, GATEWAY_URL: newsroom.gatewayUrl, NEWSROOM_TOKEN: await newsroom.token('editor') },
    ready,
    300_000,
  );
}

it(`an import of ${RECORDS} records that is killed in the middle and started again ends with exactly ${RECORDS}`, async () => {
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

  // Nothing that it prints at the start: it can be killed as soon as it runs.
  const first = await startImport(file, /()/);
  await waitUntil(async () => (await count()) >= RECORDS / 3, { within: 300_000, every: 5 });
  await first.kill();
  const before = await count();
  expect(before).toBeLessThan(RECORDS);

  const second = await startImport(file, /(imported)/);
  await second.ended;
  expect(await count()).toBe(RECORDS);
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(DISTINCT source_id)::int AS n FROM article WHERE state = 'published' AND version = 2`,
  );
  expect(rows[0]!.n).toBe(RECORDS);
  const [, imported, known] =
    /([\d,]+) imported, ([\d,]+) were there already, 2 bad/.exec(second.output) ?? [];
  const [went, were] = [imported, known].map((text) => Number(text?.replaceAll(',', '')));
  expect({ went: went! > 0, were: were! >= before, all: went! + were! }).toEqual({
    went: true,
    were: true,
    all: RECORDS,
  });
  expect(second.output).toContain('line 101: is not JSON');
  expect(second.output).toContain(
    'line 102 (unbekannt): term.unknown: /section there is no section «nirgends»',
  );
});
