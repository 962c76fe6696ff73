import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { articlePublished, articleRetracted, type ArticleSnapshot } from '#events';
import {
  anArticleSnapshot,
  anEncodedEvent,
  describeWith,
  ServiceUnderTest,
  testDatabase,
  waitUntil,
  type TestDatabase,
} from '#testing';
import type { Rail } from '../rails/rails.rules.js';
import { recommendationsApp } from '../service.js';

type Four = [ArticleSnapshot, ArticleSnapshot, ArticleSnapshot, ArticleSnapshot];

/** The advisory lock with which a test blocks placements. */
const HELD = 42;

describeWith('postgres')('finding related articles', () => {
  let database: TestDatabase;
  let services: ServiceUnderTest[];
  let service: ServiceUnderTest;

  const start = async (env: NodeJS.ProcessEnv = {}) => {
    const started = await ServiceUnderTest.start(recommendationsApp, {
      RECOMMENDATIONS_DATABASE_URL: database.url,
      PLACING_TIMEOUT: '1000',
      ...env,
    });
    services.push(started);
    return started;
  };

  beforeEach(async () => {
    database = await testDatabase('placing');
    services = [];
    service = await start();
  });

  afterEach(async () => {
    await Promise.all(services.map((started) => started.stop()));
    await database.drop();
  });

  /** Articles that share a word. */
  const relatedArticles = (count: number): ArticleSnapshot[] =>
    Array.from({ length: count }, () =>
      anArticleSnapshot({ headline: 'Das Museumsgetriebe der Dampffähre' }),
    );
  const published = (article: ArticleSnapshot, version = 2) =>
    anEncodedEvent(articlePublished, { subject: article.id, data: { version, article } });
  const retracted = ({ id }: ArticleSnapshot, version = 3) =>
    anEncodedEvent(articleRetracted, {
      subject: id,
      data: { version, reason: 'legal', retractedAt: '2026-11-02T09:00:00.000Z' },
    });
  const receive = (...events: ReturnType<typeof published>[]) =>
    service.receive('newsroom.articles', ...events);
  const related = async ({ id }: ArticleSnapshot): Promise<string[]> => {
    const answer = await service.call<{ rails: Rail[] }>('GET', `/articles/${id}/rails`);
    const rail = answer.body.rails.find(({ kind }) => kind === 'related');
    return rail?.cards.map((card) => card.id) ?? [];
  };
  const isRelated = async (one: ArticleSnapshot, other: ArticleSnapshot) =>
    (await related(one)).includes(other.id);
  const isGone = async ({ id }: ArticleSnapshot) =>
    (await database.query(`SELECT FROM card WHERE article_id = $1 AND gone`, [id])).length === 1;
  const isQueueEmpty = async () => (await database.query(`SELECT FROM to_place`)).length === 0;
  const edgesToGone = () =>
    database.query(`SELECT related.* FROM related JOIN card ON card.article_id = neighbour_id WHERE gone`);
  /** Runs `statement` when `neighbour` is stored as a neighbour of `article`. */
  const whenPlacing = async (article: ArticleSnapshot, neighbour: ArticleSnapshot, statement: string) => {
    await database.query(`
      CREATE FUNCTION before_placing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${statement}; RETURN NEW; END $$;
      CREATE TRIGGER before_placing BEFORE INSERT ON related FOR EACH ROW
        WHEN (NEW.article_id = '${article.id}' AND NEW.neighbour_id = '${neighbour.id}') EXECUTE FUNCTION before_placing()`);
  };
  const metrics = () => service.metrics();

  it('delays neither a retraction nor other articles when it takes too long for one article', async () => {
    const [endless, gone, one, other] = relatedArticles(4) as Four;
    await receive(published(gone), published(one));
    await waitUntil(isQueueEmpty);
    await whenPlacing(endless, one, 'PERFORM pg_sleep(300)');
    const received = receive(published(endless), published(other), retracted(gone));
    await waitUntil(() => isGone(gone), { what: 'the retraction behind an endless placement' });
    await received;
    await waitUntil(() => isRelated(one, other), { what: 'the article behind an endless placement' });
    await waitUntil(async () => /placing_failures_total\S* [1-9]/.test(await metrics()), { within: 20_000 });
    expect(await metrics()).toMatch(/placing_backlog\S* 1\n/);
    await database.query(`DROP TRIGGER before_placing ON related`);
    await waitUntil(() => isRelated(one, endless), { within: 30_000, what: 'the retried article' });
    await waitUntil(isQueueEmpty);
  });

  it('delays no retraction while it is blocked, not even of the same article, and stores no retracted neighbour', async () => {
    const [placed, neighbour, one] = relatedArticles(3) as [
      ArticleSnapshot,
      ArticleSnapshot,
      ArticleSnapshot,
    ];
    await receive(published(neighbour), published(one));
    await waitUntil(isQueueEmpty);
    await whenPlacing(placed, neighbour, `PERFORM pg_advisory_xact_lock(${HELD})`);
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query(`SELECT pg_advisory_lock(${HELD})`);
    const received = receive(published(placed));
    await waitUntil(
      async () =>
        (await database.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)).length > 0,
      { what: 'a placement under way' },
    );
    const behind = receive(retracted(neighbour), retracted(placed));
    await waitUntil(() => isGone(neighbour), { what: 'the retraction of a neighbour' });
    await waitUntil(() => isGone(placed), { what: 'the retraction of the article itself' });
    await holder.end();
    await Promise.all([received, behind]);
    await waitUntil(isQueueEmpty);
    expect(await edgesToGone()).toEqual([]);
    expect(await related(one)).toEqual([]);
  });

  it('finds neighbours of every article, and no retracted ones, when two replicas run', async () => {
    const replicas = [service, await start()];
    const articles = relatedArticles(40);
    await Promise.all(
      articles.map((article, i) => replicas[i % 2]!.receive('newsroom.articles', published(article))),
    );
    const gone = articles.slice(0, 10);
    await Promise.all(
      gone.map((article, i) => replicas[i % 2]!.receive('newsroom.articles', retracted(article))),
    );
    await waitUntil(isQueueEmpty, { within: 60_000 });
    expect(await edgesToGone()).toEqual([]);
    const pairs = await database.query<{ article_id: string; count: number }>(
      `SELECT article_id, count(*)::int FROM related GROUP BY 1`,
    );
    expect(pairs).toHaveLength(30);
    // A placement stores at most twelve, but articles that are placed at the same time find each other.
    for (const { count } of pairs) expect(count).toBeGreaterThanOrEqual(1);
    for (const replica of replicas) {
      expect(await replica.metrics()).toMatch(/placing_failures_total\S* 0\n/);
    }
  });

  it('stops immediately with its process, and another process continues', async () => {
    await services.pop()!.stop();
    service = await start({ PLACING_TIMEOUT: '60000' });
    const [one, other] = relatedArticles(2) as [ArticleSnapshot, ArticleSnapshot];
    await receive(published(one));
    await waitUntil(isQueueEmpty);
    await whenPlacing(other, one, 'PERFORM pg_sleep(50)');
    await receive(published(other));
    await waitUntil(
      async () =>
        (await database.query(`SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)).length > 0,
      { what: 'a placement under way' },
    );
    let isStopped = false;
    const stopping = services
      .pop()!
      .stop()
      .then(() => (isStopped = true));
    // Well below the 50 s of the placement.
    await waitUntil(() => isStopped, { within: 20_000, what: 'the process to stop' });
    await stopping;
    await database.query(`DROP TRIGGER before_placing ON related`);
    service = await start();
    expect(
      await waitUntil(() => isRelated(one, other), { what: 'the article that was left in the queue' }),
    ).toBe(true);
  });
});
