import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { waitUntil } from '#testing';
import { Editor, Reader, type Page } from '../journeys/people.js';
import { embeddedNewsroom } from '../journeys/targets.js';
import { rounds } from './harness.js';

describe('the newsroom in one process, killed under load', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsroom-killed-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('loses no comment it has answered, and every count is exact in the end', async () => {
    let newsroom = await embeddedNewsroom(folder);
    const article = await (await Editor.of(newsroom)).publish();
    await waitUntil(async () => (await new Reader(newsroom).page(article.id)).body.comments?.data?.open);
    let answered = 0;
    for (let round = 0; round < rounds(2, 20); round++) {
      const before = answered;
      const load = Array.from({ length: 4 }, async (_, lane) => {
        for (let n = 0; newsroom.process.isRunning; n++) {
          const comment = await new Reader(newsroom)
            .comment(article.id, `${round}-${lane}-${n}`)
            .catch(() => undefined);
          if (comment?.status === 201) answered++;
        }
      });
      await waitUntil(() => answered >= before + 20, { what: 'twenty comments' });
      await newsroom.process.kill();
      await Promise.all(load);
      newsroom = await embeddedNewsroom(folder);
    }
    const stored = await query<{ published: number; comments: number }>(
      folder,
      'comments',
      `SELECT published, (SELECT count(*)::int FROM comment) AS comments FROM thread`,
    );
    expect(stored).toMatchObject({ published: stored.comments });
    expect(stored.comments).toBeGreaterThanOrEqual(answered);
    const page = await waitUntil(
      async () => {
        const { body } = await new Reader(newsroom).page(article.id);
        return body.interactions.data?.total === stored.comments ? (body as Page) : undefined;
      },
      { what: 'the count on the page' },
    );
    expect(page.comments.data.count).toBe(stored.comments);
    await newsroom.stop();
  });
});

async function query<Row>(folder: string, database: string, sql: string): Promise<Row> {
  const { databaseUrl } = JSON.parse(await readFile(join(folder, 'newsroom.json'), 'utf8')) as {
    databaseUrl: string;
  };
  const url = new URL(databaseUrl);
  url.pathname = `/${database}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows[0] as Row;
}
