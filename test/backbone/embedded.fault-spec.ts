import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Editor, Reader, rounds, waitUntil, type Page } from '#testing';
import { embeddedDatabase } from '../journeys/embedded-database.js';
import { embeddedNewsroom } from '../journeys/targets.js';

describe('the newsroom in one process, killed under load', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsroom-killed-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('loses no comment that it answered with 201, and ends with exact counts', async () => {
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
      await waitUntil(() => answered >= before + 20, { within: 30_000, what: 'twenty comments' });
      await newsroom.process.kill();
      await Promise.all(load);
      newsroom = await embeddedNewsroom(folder);
    }
    const db = await embeddedDatabase(folder, 'comments');
    const { rows } = await db.query<{ published: number; comments: number }>(
      `SELECT published, (SELECT count(*)::int FROM comment) AS comments FROM thread`,
    );
    await db.end();
    const stored = rows[0]!;
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
