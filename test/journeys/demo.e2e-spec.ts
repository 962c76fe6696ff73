import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Editor, Reader, type EditorialArticle } from '#testing';
import { loadDemo } from '../../demo/load.js';
import { embeddedNewsroom, type Newsroom } from './targets.js';

describe('the demo newsroom', () => {
  let newsroom: Newsroom;

  beforeAll(async () => {
    newsroom = await embeddedNewsroom();
  });

  afterAll(async () => {
    await newsroom?.stop();
  });

  const load = async () => {
    const lines: string[] = [];
    const token = await newsroom.token('editor', 'sales');
    const picturesUrl = `${newsroom.readerUrl}/pictures`;
    await loadDemo({ gatewayUrl: newsroom.gatewayUrl, token, picturesUrl, say: (line) => lines.push(line) });
    return lines.length;
  };
  const contents = async () => {
    const reader = new Reader(newsroom);
    const { body } = await reader.get<{ items: { id: string }[] }>('/v1/articles?limit=50');
    return Promise.all(
      body.items.map(async ({ id }) => {
        const page = (await reader.page(id)).body;
        return { id, comments: page.comments.data.count, votes: page.poll.data?.votes };
      }),
    );
  };

  it('has at least 24 articles, with comments and votes, and is the same after it is loaded again', async () => {
    expect(await load()).toBeGreaterThanOrEqual(24);
    const first = await contents();
    expect(first.length).toBeGreaterThanOrEqual(24);
    expect(first.filter(({ comments }) => comments > 0).length).toBeGreaterThan(12);
    expect(first.filter(({ votes }) => votes !== undefined && votes > 0)).toHaveLength(4);
    await load();
    const reader = new Reader(newsroom);
    const counts = await Promise.all(
      first.map(
        async ({ id }) => (await reader.get<{ count: number }>(`/v1/articles/${id}/comments`)).body.count,
      ),
    );
    expect(counts).toEqual(first.map(({ comments }) => comments));
  });

  it('accepts the example article of the README in every step of its life', async () => {
    const editor = await Editor.of(newsroom);
    const content = JSON.parse(await readFile('docs/article.json', 'utf8')) as object;
    const created = await editor.sendOk<EditorialArticle>('POST', '/articles', content);
    const published = await editor.change(created, 'POST', '/publish');
    const corrected = await editor.change(published, 'POST', '/correct', { note: 'Es waren 215 Kinder.' });
    const offlineAt = '2130-01-01T00:00:00+01:00';
    const scheduled = await editor.change(corrected, 'POST', '/schedule', { offlineAt });
    const cancelled = await editor.change(scheduled, 'DELETE', '/schedule');
    const retracted = await editor.change(cancelled, 'POST', '/retract', { reason: 'error' });
    expect((await editor.change(retracted, 'POST', '/purge')).state).toBe('retracted');
    expect((await new Reader(newsroom).get('/v1/articles/schwanenboot-hat-einen-namen')).status).toBe(410);
  });

  it('shows its pictures', async () => {
    const reader = new Reader(newsroom);
    const { body } = await reader.get<{ items: { picture: { url: string } }[] }>('/v1/articles?limit=50');
    const pictures = await Promise.all(body.items.map(({ picture }) => fetch(picture.url)));
    expect(new Set(pictures.map(({ status }) => status))).toEqual(new Set([200]));
    expect(pictures[0]!.headers.get('content-type')).toContain('image/svg+xml');
  });
});
