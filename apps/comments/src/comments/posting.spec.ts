import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { articlePublished } from '#events';
import {
  anArticleSnapshot,
  anEncodedEvent,
  anId,
  describeWith,
  ServiceUnderTest,
  testDatabase,
  waitUntil,
  type TestDatabase,
} from '#testing';
import { commentsApp } from '../service.js';
import type { CommentResponse } from './comments.dto.js';

describeWith('postgres')('posting comments', () => {
  let db: TestDatabase;
  let service: ServiceUnderTest;
  beforeAll(async () => {
    db = await testDatabase('posting');
    service = await ServiceUnderTest.start(commentsApp, { COMMENTS_DATABASE_URL: db.url });
  });
  afterAll(async () => {
    await service.stop();
    await db.drop();
  });

  const anArticle = async (): Promise<string> => {
    const id = anId();
    const data = { version: 2, article: anArticleSnapshot({ id }) };
    await service.receive('newsroom.articles', anEncodedEvent(articlePublished, { subject: id, data }));
    return id;
  };
  const post = (id: string, text: string, { reader = service.newReader(), key = '', ...more } = {}) =>
    service.call<CommentResponse & { code: string }>(
      'POST',
      `/articles/${id}/comments`,
      { text, ...more },
      { 'x-reader': reader, ...(key && { 'idempotency-key': key }) },
    );
  const texts = async (id: string) => {
    const rows = await db.query<{ text: string }>(
      `SELECT text FROM comment WHERE article_id = $1 ORDER BY id`,
      [id],
    );
    return rows.map(({ text }) => text);
  };
  const thread = async (id: string) =>
    (await db.query<object>(`SELECT published, rev FROM thread WHERE article_id = $1`, [id]))[0];
  const statuses = (answers: readonly { status: number }[]) => answers.map(({ status }) => status).toSorted();

  /** Locks an article's row until `release`, so that posts under it queue up. */
  async function holdArticle(id: string): Promise<{ release: () => Promise<void> }> {
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT FROM thread WHERE article_id = $1 FOR UPDATE', [id]);
    return { release: () => client.end() };
  }
  const someoneWaits = () =>
    waitUntil(
      async () =>
        (
          await db.query(
            `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          )
        ).length > 0,
      { what: 'a session that waits for the article' },
    );

  it('stores simultaneous comments once each, in order, each with its own number and event', async () => {
    const id = await anArticle();
    const held = await holdArticle(id);
    const posts = Array.from({ length: 60 }, (_, i) => post(id, `Zusammen ${i}`));
    await someoneWaits();
    await held.release();
    const answers = await Promise.all(posts);
    expect(new Set(statuses(answers))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.alias)).size).toBe(60);
    expect((await texts(id)).toSorted()).toEqual(
      Array.from({ length: 60 }, (_, i) => `Zusammen ${i}`).toSorted(),
    );
    expect(await thread(id)).toEqual({ published: 60, rev: 60 });
    const events = await waitUntil(() => {
      const of = service.emitted.filter(
        ({ type, subject }) => type === 'comment.published' && subject === id,
      );
      return of.length === 60 && of;
    });
    const data = events.map((event) => event.data as { comment: { id: string }; count: object });
    expect(data.map(({ count }) => count)).toEqual(
      Array.from({ length: 60 }, (_, i) => ({ published: i + 1, rev: i + 1 })),
    );
    expect(data.map(({ comment }) => comment.id)).toEqual(data.map(({ comment }) => comment.id).toSorted());
    // Each event belongs to the trace of its own request.
    expect(new Set(events.map(({ traceparent }) => traceparent)).size).toBe(60);
  });

  it('stores one comment when a request or a text is sent twenty times at once', async () => {
    const id = await anArticle();
    const held = await holdArticle(id);
    const [one, other] = [service.newReader(), service.newReader()];
    const same = Array.from({ length: 20 }, () => post(id, 'Ein Auftrag', { reader: one, key: 'a' }));
    const repeated = Array.from({ length: 20 }, () => post(id, 'Ein Text', { reader: other }));
    await someoneWaits();
    await held.release();
    const answers = await Promise.all(same);
    expect(new Set(statuses(answers))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(statuses(await Promise.all(repeated))).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(await texts(id)).toHaveLength(2);
    expect(await thread(id)).toEqual({ published: 2, rev: 2 });
  });

  it('refuses each comment of a batch for its own reason', async () => {
    const id = await anArticle();
    const { body: parent } = await post(id, 'Oben');
    const held = await holdArticle(id);
    const posts = [
      post(id, 'Gut'),
      post(id, 'Antwort', { parentId: parent.id } as object),
      post(id, 'Antwort ins Leere', { parentId: anId() } as object),
      post(id, '\u200b'),
    ];
    await someoneWaits();
    await held.release();
    const answers = await Promise.all(posts);
    expect(answers.map(({ status, body }) => [status, body.code ?? body.parentId])).toEqual([
      [201, undefined],
      [201, parent.id],
      [422, 'comment.unknown-parent'],
      [422, 'comment.empty'],
    ]);
  });

  it('refuses a text that NFC composition makes too long', async () => {
    const { status, body } = await post(await anArticle(), '\ufb2c'.repeat(2_000));
    expect([status, body.code]).toEqual([422, 'comment.too-long']);
  });

  it('stores the other comments of a batch when the database refuses one', async () => {
    await db.query(`ALTER TABLE comment ADD CONSTRAINT no_poison CHECK (text <> 'Gift')`);
    const id = await anArticle();
    const held = await holdArticle(id);
    const first = post(id, 'Zuerst');
    await someoneWaits();
    const posts = ['Davor', 'Gift', 'Danach'].map((text) => post(id, text));
    await held.release();
    expect(statuses([await first, ...(await Promise.all(posts))])).toEqual([201, 201, 201, 500]);
    expect((await texts(id)).toSorted()).toEqual(['Danach', 'Davor', 'Zuerst']);
    expect(await thread(id)).toEqual({ published: 3, rev: 3 });
    await db.query(`ALTER TABLE comment DROP CONSTRAINT no_poison`);
  });

  it('does not store a comment whose reader disconnects before its batch starts', async () => {
    const id = await anArticle();
    const held = await holdArticle(id);
    const first = post(id, 'Bleibt');
    await someoneWaits();
    const gone = new AbortController();
    const second = fetch(`${service.url}/articles/${id}/comments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-reader': service.newReader() },
      body: JSON.stringify({ text: 'Geht' }),
      signal: gone.signal,
    });
    const waiting = async (): Promise<number> =>
      Number(/^comments_waiting\S* (\d+)$/m.exec(await service.metrics())?.[1]);
    await waitUntil(async () => (await waiting()) === 1, { what: 'the second comment' });
    gone.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    await waitUntil(async () => (await waiting()) === 0, { what: 'the second comment to be dropped' });
    await held.release();
    expect(await first).toMatchObject({ status: 201 });
    expect(await post(id, 'Kommt')).toMatchObject({ status: 201 });
    expect(await texts(id)).toEqual(['Bleibt', 'Kommt']);
  });

  it('responds with comments.busy and Retry-After when an article is locked for too long, and never stores the comment', async () => {
    const id = await anArticle();
    const held = await holdArticle(id);
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => post(id, `Zu viel ${i}`)));
    await held.release();
    for (const { status, body, headers } of answers) {
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'comments.busy', '2']);
    }
    expect(await post(id, 'Wieder da')).toMatchObject({ status: 201 });
    expect(await texts(id)).toEqual(['Wieder da']);
  });

  it('keeps the numbers of known readers, and does not assign them to new ones', async () => {
    const id = await anArticle();
    const reader = service.newReader();
    const { body: before } = await post(id, 'Seit jeher', { reader });
    const free = 10;
    await db.query(
      `INSERT INTO alias SELECT $1, 'earlier ' || number, number FROM generate_series(1000, 9999) AS number
       ORDER BY random() LIMIT 9000 - $2 ON CONFLICT DO NOTHING`,
      [id, free],
    );
    const left = await db.query<{ number: number }>(
      `SELECT number FROM generate_series(1000, 9999) AS number
       WHERE number NOT IN (SELECT number FROM alias WHERE article_id = $1)`,
      [id],
    );
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => post(id, `Neu ${i}`)));
    const numbers = answers.map(({ body }) => Number(/^User #(\d+)$/.exec(body.alias)?.[1]));
    const [short, long] = [numbers.filter((n) => n < 10_000), numbers.filter((n) => n >= 10_000)];
    expect(short.toSorted()).toEqual(left.map(({ number }) => number).toSorted());
    expect(new Set(long.filter((n) => n < 100_000)).size).toBe(30 - left.length);
    expect((await post(id, 'Noch da', { reader })).body.alias).toBe(before.alias);
  });

  it('stores and acknowledges the waiting comments before it stops', async () => {
    const stopping = await ServiceUnderTest.start(commentsApp, { COMMENTS_DATABASE_URL: db.url });
    const id = await anArticle();
    const held = await holdArticle(id);
    const posts = Array.from({ length: 5 }, (_, i) =>
      stopping.asReader('POST', `/articles/${id}/comments`, { text: `Zum Schluss ${i}` }),
    );
    await someoneWaits();
    const stopped = stopping.stop();
    await held.release();
    expect(statuses(await Promise.all(posts))).toEqual([201, 201, 201, 201, 201]);
    await stopped;
    expect(await texts(id)).toHaveLength(5);
  });

  it('lets moderators and article events through while many readers post', async () => {
    const id = await anArticle();
    const { body: first } = await post(id, 'Weg damit');
    const over = new AbortController();
    let stored = 1;
    const lanes = Array.from({ length: 20 }, async (_, lane) => {
      for (let n = 0; !over.signal.aborted; n++) {
        if ((await post(id, `Andrang ${lane} ${n}`)).status === 201) stored++;
      }
    });
    await waitUntil(() => stored > 50, { within: 30_000, what: 'load' });
    const removed = await service.as('moderator', 'POST', `/editorial/comments/${first.id}/remove`, {
      reason: 'Spam',
    });
    const data = { version: 3, article: anArticleSnapshot({ id }) };
    await service.receive('newsroom.articles', anEncodedEvent(articlePublished, { subject: id, data }));
    over.abort();
    await Promise.all(lanes);
    expect(removed.status).toBe(200);
    expect(await thread(id)).toEqual({ published: stored - 1, rev: stored + 1 });
    const [{ deadlocks }] = (await db.query(
      `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`,
    )) as [{ deadlocks: string }];
    expect(deadlocks).toBe('0');
  });
});
