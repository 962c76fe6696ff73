import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ServiceProcesses, describeWith, Editor, rounds, waitUntil, type TestDatabase } from '#testing';
import { makeDueIn, publishedCount, scheduleArticles } from '../../apps/articles/test/scheduled-articles.js';
import { eventsInLog } from './events-in-log.js';

const ARTICLES = rounds(100, 1_000);

describeWith('postgres', 'kafka')('articles that are scheduled for the same second', () => {
  let processes: ServiceProcesses;
  let db: TestDatabase;
  const start = () => processes.start('articles');

  beforeEach(async () => {
    processes = await ServiceProcesses.create();
    db = await processes.createDatabase('articles');
  });
  afterEach(() => processes.remove());

  async function schedule(url: string): Promise<void> {
    const editor = new Editor(`${url}/editorial`, await processes.token('editor'));
    await editor.createTerms();
    await scheduleArticles(editor, ARTICLES);
  }

  /** Each article was published once, audited once, and has one event. */
  async function expectPublishedOnce(): Promise<void> {
    await waitUntil(async () => (await publishedCount(db)) === ARTICLES, {
      within: 30_000,
      what: 'all articles to be published',
    });
    const uneven = await db.query(
      `SELECT article.id FROM article WHERE (SELECT count(*) FROM revision WHERE article_id = article.id) <> 1
         OR (SELECT count(*) FROM audit WHERE article_id = article.id AND did = 'publish') <> 1
         OR (SELECT count(*) FROM listing WHERE article_id = article.id) <> 3
         OR publish_at IS NOT NULL OR version <> 3 OR published_version <> 3`,
    );
    expect(uneven).toEqual([]);
    const events = await eventsInLog(processes, db, ARTICLES);
    expect(events.size).toBe(ARTICLES);
    expect([...events.values()].filter((ids) => ids.size !== 1)).toEqual([]);
  }

  it('are each published once by three replicas, one of which is killed in the middle', async () => {
    const [first, second] = await Promise.all([start(), start(), start()]);
    await schedule(first.url);
    await makeDueIn(db, 1_000);
    await waitUntil(async () => (await publishedCount(db)) > 0, { within: 20_000, every: 2 });
    await second.kill();
    await expectPublishedOnce();
  });

  it('are each published once at the next start if they fell due while no replica ran', async () => {
    const before = await start();
    await schedule(before.url);
    await before.kill();
    const dueAt = await makeDueIn(db, 100);
    await waitUntil(() => Date.now() > dueAt.getTime());
    expect(await publishedCount(db)).toBe(0);
    await Promise.all([start(), start()]);
    await expectPublishedOnce();
  });
});
