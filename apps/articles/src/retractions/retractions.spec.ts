import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { anId, describeWith, testDatabase, waitUntil, type TestDatabase } from '#testing';
import { Desk, expectOk } from '../../test/desk.js';
import { retractionLimits, type RetractionsResponse } from './retractions.queries.js';

describeWith('postgres')('the list of recent retractions', () => {
  let db: TestDatabase;
  let desk: Desk;
  beforeAll(async () => {
    db = await testDatabase('articles');
    desk = await Desk.open({ ARTICLES_DATABASE_URL: db.url });
  });
  afterAll(async () => {
    await desk.stop();
    await db.drop();
  });

  const read = async (after?: string): Promise<RetractionsResponse> => {
    const query = after === undefined ? '' : `?after=${after}`;
    return (await desk.read<RetractionsResponse>(`/retractions${query}`)).body;
  };

  /** A cursor after all retractions. Transactions in other databases of the server cause repeats for a while. */
  const caughtUp = (): Promise<string> =>
    waitUntil(async () => {
      const { cursor } = await read();
      return (await read(cursor)).articleIds.length === 0 && cursor;
    });

  it('names an article once it is retracted, and not before', async () => {
    const article = await desk.published();
    const before = await read();
    expect(before.articleIds).not.toContain(article.id);
    expectOk(await desk.act('retract', article, { reason: 'legal' }));
    expect((await read(before.cursor)).articleIds).toContain(article.id);
    expect((await read()).articleIds).toContain(article.id);
  });

  it('names an article again after a purge, and after no other act', async () => {
    const [article, other] = [await desk.retracted(), await desk.published()];
    const cursor = await caughtUp();
    expectOk(await desk.act('correct', other, { note: 'Es waren zwei.' }));
    expect((await read(cursor)).articleIds).toEqual([]);
    expectOk(await desk.act('purge', article));
    expect((await read(cursor)).articleIds).toEqual([article.id]);
  });

  it('names an article that its schedule took offline', async () => {
    const article = await desk.published();
    const { cursor } = await read();
    const offlineAt = new Date(Date.now() + 400).toISOString();
    expectOk(await desk.act('schedule', article, { offlineAt }));
    await waitUntil(async () => (await read(cursor)).articleIds.includes(article.id));
  });

  it('does not miss a retraction that began before another and was committed after it', async () => {
    const [late, early] = [await desk.published(), await desk.published()];
    const { cursor } = await read();
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(`UPDATE article SET state = 'retracted' WHERE id = $1`, [late.id]);
      expectOk(await desk.act('retract', early, { reason: 'legal' }));
      const meanwhile = await read(cursor);
      expect(meanwhile.articleIds).toContain(early.id);
      expect(meanwhile.articleIds).not.toContain(late.id);
      await client.query('COMMIT');
      expect((await read(meanwhile.cursor)).articleIds).toContain(late.id);
    } finally {
      await client.end();
    }
  });

  it('ignores a cursor of another database cluster', async () => {
    const { id } = await desk.retracted();
    expect((await read('9000000000000000000')).articleIds).toContain(id);
    expect((await desk.read('/retractions?after=soon')).status).toBe(422);
  });

  it('is limited to the newest retractions, in less than a megabyte', async () => {
    const old = anId();
    await db.query(`INSERT INTO retraction VALUES ($1, pg_current_xact_id(), now() - interval '8 days')`, [
      old,
    ]);
    expect((await read()).articleIds).not.toContain(old);
    await db.query(
      `INSERT INTO retraction SELECT gen_random_uuid(), pg_current_xact_id(), now()
       FROM generate_series(1, ${retractionLimits.articles + 1})`,
    );
    const newest = await desk.retracted();
    const { body, text } = await desk.read<RetractionsResponse>('/retractions');
    expect(body.articleIds).toHaveLength(retractionLimits.articles);
    expect(body.articleIds[0]).toBe(newest.id);
    expect(text.length).toBeLessThan(1_000_000);
  });
});
