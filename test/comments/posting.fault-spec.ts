import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { articlePublished } from '#events';
import { createSecrets } from '#embedded';
import { ReaderTokens } from '#http';
import {
  addressOf,
  anArticleSnapshot,
  anEncodedEvent,
  anId,
  createTopics,
  describeWith,
  readWithKcat,
  ServiceUnderTest,
  testDatabase,
  testPrefix,
  waitUntil,
  type TestDatabase,
} from '#testing';
import { commentsApp } from '../../apps/comments/src/service.js';
import { inLanes } from '../articles/replicas.js';
import { rounds, ServiceProcess } from '../backbone/harness.js';
import { OwnPostgres } from './own-postgres.js';

/** Milliseconds that a caller waits for its answer. */
const PATIENCE = 15_000;

interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly id?: string;
  readonly alias?: string;
  readonly text: string;
  readonly key: string;
  readonly reader: string;
}

/** Posts a comment as the gateway would, with a key of its own. */
async function post(
  url: string,
  article: string,
  { text, key, reader }: Pick<Answer, 'text' | 'key' | 'reader'>,
): Promise<Answer> {
  const response = await fetch(`${url}/articles/${article}/comments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-reader': reader, 'idempotency-key': key },
    body: JSON.stringify({ text }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const body = (await response.json()) as Partial<Answer>;
  return { status: response.status, code: body.code, id: body.id, alias: body.alias, text, key, reader };
}

type Query = TestDatabase['query'];

const textsOf = async (query: Query, article: string): Promise<string[]> =>
  (
    await query<{ text: string }>(`SELECT text FROM comment WHERE article_id = $1 ORDER BY id`, [article])
  ).map(({ text }) => text);

const threadOf = async (query: Query, article: string): Promise<object | undefined> =>
  (await query<object>(`SELECT published, rev FROM thread WHERE article_id = $1`, [article]))[0];

const openArticle = async (service: ServiceUnderTest): Promise<string> => {
  const id = anId();
  const data = { version: 2, article: anArticleSnapshot({ id }) };
  await service.receive('newsroom.articles', anEncodedEvent(articlePublished, { subject: id, data }));
  return id;
};

/** The counts that came with the events of an article, once all `wanted` are there. */
const countsTold = async (service: ServiceUnderTest, article: string, wanted: number): Promise<object[]> => {
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
const upTo = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({ published: i + 1, rev: i + 1 }));

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

  it('are all answered 201 when 200 post at once, each with an alias of its own', async () => {
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
      expect(await countsTold(service, article, 200)).toEqual(upTo(200));
    }
  });

  it('cost the same however many came before', async () => {
    const [readers, few] = [rounds(2_000, 20_000), rounds(200, 1_000)];
    const article = await openArticle(service);
    const postMany = async (from: number, to: number): Promise<number> => {
      const before = await costs();
      await inLanes(32, to - from, async (i) => {
        expect(await postNew(article, `${from + i}`)).toMatchObject({ status: 201 });
      });
      // Sessions report what they did when they get round to it.
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

  const retried = (article: string, answer: Answer): Promise<Answer> => post(service.url, article, answer);
  const unknown = { status: 504, code: 'outcome.unknown' };
  const busy = { status: 503, code: 'comments.busy' };

  it('are stored exactly when they were answered 201, also when it hangs for seconds', async () => {
    for (let round = 0; round < rounds(1, 10); round++) {
      const article = await openArticle(service);
      const over = new AbortController();
      const answers: Answer[] = [];
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
        // Those that were to be committed have had no answer, and those that waited behind them none either.
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
      expect(await countsTold(service, article, stored.length)).toEqual(upTo(stored.length));
    }
  });

  it('are found again by their Idempotency-Key when the answer to their commit was lost', async () => {
    const article = await openArticle(service);
    await postgres.waitForStandby('nobody');
    const posted = post(service.url, article, { text: 'Verloren', key: 'lost', reader: service.newReader() });
    await postgres.endWaiting('SyncRep');
    const answer = await posted.finally(() => postgres.waitForStandby(''));
    expect(answer).toMatchObject(unknown);
    expect(await textsOf(query, article)).toEqual(['Verloren']);
    expect(await retried(article, answer)).toMatchObject({ status: 201 });
    expect(await textsOf(query, article)).toEqual(['Verloren']);
    expect(await countsTold(service, article, 1)).toEqual(upTo(1));
  });

  it('are stored once by a retry with their Idempotency-Key when their commit was lost', async () => {
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
    expect(await countsTold(service, article, 1)).toEqual(upTo(1));
  });
});

const matches = (answer: Answer, what: object): boolean =>
  Object.entries(what).every(([name, value]) => answer[name as keyof Answer] === value);

describeWith('postgres', 'kafka')('comments that are posted to a process that is killed', () => {
  const main = resolve('dist', 'apps', 'comments', 'src', 'main.js');
  const prefix = testPrefix();
  let db: TestDatabase;
  let service: ServiceProcess | undefined;
  beforeAll(async () => {
    db = await testDatabase('comments');
    await createTopics(addressOf('kafka'), prefix);
  });
  afterAll(async () => {
    await service?.kill();
    await db.drop();
  });

  it('are each stored once and published when they were answered', async () => {
    const { readerKey, jwks } = await createSecrets();
    const env = {
      ...process.env,
      LOG_LEVEL: 'info',
      READER_KEY: readerKey,
      AUTH_JWKS: JSON.stringify(jwks),
      KAFKA_BROKERS: addressOf('kafka'),
      KAFKA_TOPIC_PREFIX: prefix,
      COMMENTS_DATABASE_URL: db.url,
      COMMENTS_PORT: '0',
    };
    const start = async () => (service = await ServiceProcess.start(main, [], env, /"url":"([^"]+)"/));
    await ServiceProcess.start(main, ['migrate'], env, /(ran|up to date)/);
    const article = anId();
    await db.query(`INSERT INTO thread (article_id, article_version, open) VALUES ($1, 1, true)`, [article]);
    const readers = new ReaderTokens(readerKey);
    const answered: Answer[] = [];
    for (let round = 0; round < rounds(2, 20); round++) {
      const running = await start();
      const before = answered.length;
      const lanes = Array.from({ length: 16 }, async (_, lane) => {
        for (let n = 0; running.isRunning; n++) {
          const text = `${round}-${lane}-${n}`;
          const answer = await post(running.url, article, { text, key: text, reader: readers.issue() }).catch(
            () => undefined,
          );
          if (answer?.status === 201) answered.push(answer);
        }
      });
      await waitUntil(() => answered.length >= before + 100, { within: 30_000, what: 'a hundred comments' });
      await running.kill();
      await Promise.all(lanes);
    }
    await start();
    await waitUntil(async () => (await db.query(`SELECT FROM outbox LIMIT 1`)).length === 0, {
      within: 60_000,
      what: 'an empty outbox',
    });
    const stored = await db.query<{ id: string }>(`SELECT id FROM comment ORDER BY id`);
    const ids = stored.map(({ id }) => id);
    expect(answered.filter(({ id }) => !ids.includes(id!))).toEqual([]);
    expect(new Set(await textsOf(db.query, article)).size).toBe(ids.length);
    expect(await threadOf(db.query, article)).toEqual({ published: ids.length, rev: ids.length });
    const published = new Map<string, object>();
    await readWithKcat(addressOf('kafka'), `${prefix}newsroom.comments`, ({ value }) => {
      const { comment, count } = JSON.parse(value) as { comment: { id: string }; count: object };
      published.set(comment.id, count);
    });
    expect([...published.keys()].toSorted()).toEqual(ids);
    expect([...published.values()]).toEqual(upTo(ids.length));
  });
});
