import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import pLimit from 'p-limit';
import { articlePublished } from '#events';
import {
  anArticleSnapshot,
  anEncodedEvent,
  anId,
  describeWith,
  rounds,
  ServiceUnderTest,
  testDatabase,
  waitUntil,
  type TestDatabase,
} from '#testing';
import { commentsApp } from '../../apps/comments/src/service.js';
import { OwnPostgres } from './own-postgres.js';
import { post, textsOf, threadOf, upTo, type PostAnswer, type Query } from './posting.js';

const openArticle = async (service: ServiceUnderTest): Promise<string> => {
  const id = anId();
  const data = { version: 2, article: anArticleSnapshot({ id }) };
  await service.receive('newsroom.articles', anEncodedEvent(articlePublished, { subject: id, data }));
  return id;
};

/** The counts in the published events of an article, once there are `wanted` of them. */
const publishedCounts = async (
  service: ServiceUnderTest,
  article: string,
  wanted: number,
): Promise<object[]> => {
  const events = await waitUntil(
    () => {
      const of = service.emitted.filter(
        ({ type, subject }) => type === 'comment.published' && subject === article,
      );
      return of.length >= wanted && of;
    },
    { within: 60_000, what: `${wanted} events` },
  );
  return events.map(({ data }) => (data as { count: object }).count);
};

describeWith('postgres')('readers who are all new under one article', () => {
  let db: TestDatabase;
  let service: ServiceUnderTest;
  beforeEach(async () => {
    db = await testDatabase('crowd');
    service = await ServiceUnderTest.start(commentsApp, { COMMENTS_DATABASE_URL: db.url });
  });
  afterEach(async () => {
    await service.stop();
    await db.drop();
  });

  const postNew = (article: string, text: string) =>
    post(service.url, article, { text, key: text, reader: service.newReader() });

  it('all get 201 and an alias of their own when 200 of them post at once', async () => {
    for (let round = 0; round < rounds(1, 10); round++) {
      const article = await openArticle(service);
      const posts = Array.from({ length: 200 }, (_, i) => postNew(article, `${i}`));
      const answers = (await Promise.allSettled(posts)).map((one) =>
        one.status === 'fulfilled' ? one.value : { status: (one.reason as Error).name, alias: undefined },
      );
      expect(
        [...Map.groupBy(answers, ({ status }) => status)].map(([status, { length }]) => [status, length]),
      ).toEqual([[201, 200]]);
      expect(new Set(answers.map(({ alias }) => alias)).size).toBe(200);
      expect(await textsOf(db.query, article)).toHaveLength(200);
      expect(await threadOf(db.query, article)).toEqual({ published: 200, rev: 200 });
      expect(await publishedCounts(service, article, 200)).toEqual(upTo(200));
    }
  });

  it('cost the same however many posted before them', async () => {
    const [readers, few] = [rounds(2_000, 20_000), rounds(200, 1_000)];
    const article = await openArticle(service);
    const postMany = async (from: number, to: number): Promise<number> => {
      const before = await costs();
      await pLimit(32).map(Array.from({ length: to - from }).keys(), async (i) => {
        expect(await postNew(article, `${from + i}`)).toMatchObject({ status: 201 });
      });
      // Sessions report their statistics with a delay.
      const after = await waitUntil(async () => {
        const now = await costs();
        return now.inserted === to && now;
      });
      return (after.blocks - before.blocks) / (to - from);
    };
    const costs = async () => {
      const [row] = await db.query<{ inserted: number; blocks: number }>(
        `SELECT n_tup_ins::int AS inserted, (heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::int AS blocks
         FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid) WHERE relid = 'alias'::regclass`,
      );
      return row!;
    };
    const first = await postMany(0, few);
    await postMany(few, readers - few);
    const last = await postMany(readers - few, readers);
    expect(last).toBeLessThan(3 * first);
    const [row] = await db.query<{ numbers: number; temporary: string }>(
      `SELECT (SELECT count(DISTINCT number)::int FROM alias) AS numbers, temp_files AS temporary
       FROM pg_stat_database WHERE datname = current_database()`,
    );
    expect(row).toEqual({ numbers: readers, temporary: '0' });
  });
});

describeWith('postgres')('comments that are posted while Postgres fails', () => {
  let postgres: OwnPostgres;
  let service: ServiceUnderTest;
  const query: Query = (sql, values) => postgres.query(sql, values);
  beforeAll(async () => {
    postgres = await OwnPostgres.start('comments');
    service = await ServiceUnderTest.start(commentsApp, { COMMENTS_DATABASE_URL: postgres.url });
  });
  afterAll(async () => {
    await service.stop();
    await postgres.remove();
  });

  const retried = (article: string, answer: PostAnswer): Promise<PostAnswer> =>
    post(service.url, article, answer);
  const unknown = { status: 504, code: 'outcome.unknown' };
  const busy = { status: 503, code: 'comments.busy' };

  it('are stored if and only if they were answered with 201, even when Postgres hangs for seconds', async () => {
    for (let round = 0; round < rounds(1, 10); round++) {
      const article = await openArticle(service);
      const over = new AbortController();
      const answers: PostAnswer[] = [];
      const counted = (what: object) => answers.filter((one) => matches(one, what)).length;
      const lanes = Array.from({ length: 30 }, async (_, lane) => {
        for (let n = 0; !over.signal.aborted; n++) {
          const text = `${lane}-${n}`;
          answers.push(await post(service.url, article, { text, key: text, reader: service.newReader() }));
        }
      });
      try {
        await waitUntil(() => counted({ status: 201 }) >= 100, {
          within: 30_000,
          what: 'a hundred comments',
        });
        const hung = await postgres.hang();
        // Neither the comments of the open transaction nor those queued behind it have been answered with 201.
        await waitUntil(() => counted({ status: 503 }) >= 60, { within: 40_000, what: 'refusals' }).finally(
          hung.resume,
        );
        const before = counted({ status: 201 });
        await waitUntil(() => counted({ status: 201 }) >= before + 50, {
          within: 40_000,
          what: 'comments again',
        });
      } finally {
        over.abort();
      }
      await Promise.all(lanes);
      const stored = answers.filter(({ status }) => status === 201).map(({ text }) => text);
      for (const answer of answers.filter((one) => matches(one, unknown))) {
        expect(await retried(article, answer)).toMatchObject({ status: 201 });
        stored.push(answer.text);
      }
      expect(counted({ status: 201 }) + counted(busy) + counted(unknown)).toBe(answers.length);
      expect((await textsOf(query, article)).toSorted()).toEqual(stored.toSorted());
      expect(await threadOf(query, article)).toEqual({ published: stored.length, rev: stored.length });
      expect(await publishedCounts(service, article, stored.length)).toEqual(upTo(stored.length));
    }
  });

  it('are found by their Idempotency-Key in a retry when the answer to their commit was lost', async () => {
    const article = await openArticle(service);
    await postgres.waitForStandby('nobody');
    const posted = post(service.url, article, { text: 'Verloren', key: 'lost', reader: service.newReader() });
    await postgres.endWaiting('SyncRep');
    const answer = await posted.finally(() => postgres.waitForStandby(''));
    expect(answer).toMatchObject(unknown);
    expect(await textsOf(query, article)).toEqual(['Verloren']);
    expect(await retried(article, answer)).toMatchObject({ status: 201 });
    expect(await textsOf(query, article)).toEqual(['Verloren']);
    expect(await publishedCounts(service, article, 1)).toEqual(upTo(1));
  });

  it('are stored once by a retry with their Idempotency-Key when their commit failed', async () => {
    const article = await openArticle(service);
    await query(
      `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NULL; END'`,
    );
    await query(
      `CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON comment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()`,
    );
    const posted = post(service.url, article, { text: 'Zweimal', key: 'twice', reader: service.newReader() });
    await postgres.endWaiting('PgSleep');
    const answer = await posted.finally(() => query(`DROP TRIGGER slow ON comment; DROP FUNCTION slow`));
    expect(answer).toMatchObject(unknown);
    expect(await textsOf(query, article)).toEqual([]);
    expect(await retried(article, answer)).toMatchObject({ status: 201 });
    expect(await textsOf(query, article)).toEqual(['Zweimal']);
    expect(await publishedCounts(service, article, 1)).toEqual(upTo(1));
  });
});

const matches = (answer: PostAnswer, what: object): boolean =>
  Object.entries(what).every(([name, value]) => answer[name as keyof PostAnswer] === value);
