import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { articlePublished, articleRetracted, articleUpdated } from '#events';
import { anArticleSnapshot, anEncodedEvent, anId, describeWith, ServiceUnderTest, waitUntil } from '#testing';
import { commentsApp } from './service.js';
import type { CommentResponse, CommentsResponse } from './comments/comments.dto.js';

describeWith('postgres')('the comments service', () => {
  let service: ServiceUnderTest;

  beforeAll(async () => {
    service = await ServiceUnderTest.start(commentsApp);
  });

  afterAll(async () => {
    await service.stop();
  });

  const published = (id: string, version = 2) =>
    anEncodedEvent(articlePublished, { subject: id, data: { version, article: anArticleSnapshot({ id }) } });
  const updated = (id: string, version: number) =>
    anEncodedEvent(articleUpdated, { subject: id, data: { version, article: anArticleSnapshot({ id }) } });
  const retracted = (id: string, version: number) =>
    anEncodedEvent(articleRetracted, {
      subject: id,
      data: { version, reason: 'legal', retractedAt: '2026-11-02T09:00:00.000Z' },
    });
  const anArticle = async (): Promise<string> => {
    const id = anId();
    await service.receive('newsroom.articles', published(id));
    return id;
  };
  const add = (id: string, text: string, token?: string, more: object = {}) =>
    service.asReader<CommentResponse>('POST', `/articles/${id}/comments`, { text, ...more }, token);
  const list = async (id: string) =>
    (await service.call<CommentsResponse>('GET', `/articles/${id}/comments`)).body;

  it('refuses a comment under an unknown article', async () => {
    expect(await add(anId(), 'Hallo')).toMatchObject({ status: 409, body: { code: 'comments.closed' } });
  });

  it('counts 50 simultaneous comments exactly, numbers each reader, and emits the events in order', async () => {
    const id = await anArticle();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => add(id, `Kommentar ${i}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.alias)).size).toBe(50);
    expect((await list(id)).count).toBe(50);
    const emitted = await waitUntil(() => {
      const events = service.emitted.filter(
        (event) => event.type === 'comment.published' && event.subject === id,
      );
      return events.length === 50 && events;
    });
    const counts = emitted.map(({ data }) => (data as { count: object }).count);
    expect(counts).toEqual(Array.from({ length: 50 }, (_, i) => ({ published: i + 1, rev: i + 1 })));
  });

  it('paginates comments so that a page has at most about a megabyte of text', async () => {
    const id = await anArticle();
    await add(id, 'Hier');
    const text = 'ü'.repeat(2_000);
    await service.query(
      `INSERT INTO comment (id, article_id, reader, alias, text, state, created_at)
       SELECT uuidv7(), $1, 'reader ' || n, 'User', $2, 'published', now() FROM generate_series(1, 50) AS n`,
      [id, text],
    );
    await service.query(
      `INSERT INTO comment (id, article_id, parent_id, reader, alias, text, state, created_at)
       SELECT uuidv7(), $1, parent.id, 'reply ' || n, 'User', $2, 'published', now()
       FROM comment AS parent, generate_series(1, 30) AS n WHERE article_id = $1 AND parent.parent_id IS NULL`,
      [id, text],
    );
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { text: answer, body } = await service.call<CommentsResponse>(
        'GET',
        `/articles/${id}/comments?limit=50${cursor && `&cursor=${cursor}`}`,
      );
      expect(Buffer.byteLength(answer)).toBeLessThan(2_000_000);
      seen.push(...body.items.map((item) => item.id));
      if (!body.nextCursor) break;
      cursor = body.nextCursor;
    }
    expect(new Set(seen).size).toBe(51);
    expect(seen).toHaveLength(51);
  });

  it('recognizes a reader under one article, but not across articles', async () => {
    const [one, other] = [await anArticle(), await anArticle()];
    const reader = service.newReader();
    const aliases = [
      await add(one, 'Erstens', reader),
      await add(one, 'Zweitens', reader),
      await add(other, 'Drittens', reader),
    ].map(({ body }) => body.alias);
    expect(aliases[0]).toBe(aliases[1]);
    const rows = await service.query<{ reader: string }>(
      `SELECT DISTINCT reader FROM comment WHERE article_id = ANY($1)`,
      [[one, other]],
    );
    expect(rows).toHaveLength(2);
  });

  it('accepts the same text from the same reader once, and the same request once', async () => {
    const id = await anArticle();
    const reader = service.newReader();
    await add(id, 'Doppelt', reader);
    expect(await add(id, 'Doppelt', reader)).toMatchObject({
      status: 409,
      body: { code: 'comment.repeated' },
    });
    const headers = { 'x-reader': reader, 'idempotency-key': 'once' };
    const send = () =>
      service.call<CommentResponse>('POST', `/articles/${id}/comments`, { text: 'Einmal' }, headers);
    const [first, second] = await Promise.all([send(), send()]);
    expect(first.body.id).toBe(second.body.id);
    expect((await list(id)).count).toBe(2);
  });

  it('shows the first 50 replies to each comment, however many replies another comment has', async () => {
    const id = await anArticle();
    const [{ body: quiet }, { body: busy }] = [await add(id, 'Ruhig'), await add(id, 'Lebhaft')];
    await service.query(
      `INSERT INTO comment (id, article_id, parent_id, reader, alias, text, state, created_at)
       SELECT uuidv7(), $1, $2, 'reply ' || n, 'User', 'Antwort', 'published', now() FROM generate_series(1, 200) AS n`,
      [id, busy.id],
    );
    await add(id, 'Doch noch', undefined, { parentId: quiet.id });
    const { items } = await list(id);
    expect(items.map(({ text, replies }) => [text, replies.length])).toEqual([
      ['Lebhaft', 50],
      ['Ruhig', 1],
    ]);
  });

  it('counts the characters of a comment as they are stored, not as they were typed', async () => {
    const id = await anArticle();
    const composed = await add(id, 'u\u0308'.repeat(2_000));
    expect([composed.status, composed.body.text]).toEqual([201, 'ü'.repeat(2_000)]);
    expect(await add(id, '\ufb2c'.repeat(2_000))).toMatchObject({
      status: 422,
      body: { code: 'comment.too-long' },
    });
    expect(await add(id, 'ü'.repeat(2_001))).toMatchObject({ body: { code: 'comment.too-long' } });
  });

  it('accepts only well-formed text', async () => {
    const id = await anArticle();
    for (const text of ['\ud83d', 'a\udc00b', '\ude00\ud83d']) {
      expect(await add(id, text)).toMatchObject({ status: 422, body: { code: 'request.invalid' } });
    }
    expect((await add(id, 'e\u0000\u0301 🙂')).body.text).toBe('é 🙂');
  });

  it('sanitizes the reason for a removal', async () => {
    const id = await anArticle();
    const { body: comment } = await add(id, 'Weg damit');
    const path = `/editorial/comments/${comment.id}/remove`;
    expect(await service.as('moderator', 'POST', path, { reason: 'a\u0000b' })).toMatchObject({
      status: 200,
      body: { removalReason: 'ab' },
    });
  });

  it('shows replies below their comment, and a removed comment with replies as a tombstone', async () => {
    const id = await anArticle();
    const { body: parent } = await add(id, 'Oben');
    await add(id, 'Unten', undefined, { parentId: parent.id });
    const remove = () =>
      service.as('moderator', 'POST', `/editorial/comments/${parent.id}/remove`, { reason: 'Spam' });
    expect([await remove(), await remove()]).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(await list(id)).toMatchObject({
      count: 1,
      items: [{ text: null, alias: null, replies: [{ text: 'Unten' }] }],
    });
    const removal = await waitUntil(() =>
      service.emitted.find(({ type, subject }) => type === 'comment.removed' && subject === id),
    );
    expect(removal).toMatchObject({ data: { commentId: parent.id, count: { published: 1, rev: 3 } } });
  });

  it('closes and hides the comments of a retracted article, and an older snapshot does not reopen them', async () => {
    const id = await anArticle();
    await add(id, 'Noch da');
    await service.receive('newsroom.articles', retracted(id, 5), updated(id, 4), published(id, 2));
    expect(await list(id)).toEqual({ open: false, count: 0, items: [] });
  });
});
