import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { addressOf, describeWith, waitUntil } from '#testing';
import { rounds } from '../backbone/harness.js';
import { Replicas } from './replicas.js';

const ARTICLES = rounds(100, 1_000);

describeWith('postgres', 'kafka')('articles that are scheduled for the same second', () => {
  let replicas: Replicas;
  beforeEach(async () => {
    replicas = await Replicas.create(addressOf('kafka'));
  });
  afterEach(() => replicas.remove());

  /** What was done to each article: once published, once told of, once written down. */
  async function expectOnce(): Promise<void> {
    await waitUntil(async () => (await replicas.published()) === ARTICLES, {
      within: 30_000,
      what: 'all of them',
    });
    const uneven = await replicas.db.query(
      `SELECT article.id FROM article WHERE (SELECT count(*) FROM revision WHERE article_id = article.id) <> 1
         OR (SELECT count(*) FROM audit WHERE article_id = article.id AND did = 'publish') <> 1
         OR (SELECT count(*) FROM listing WHERE article_id = article.id) <> 3
         OR publish_at IS NOT NULL OR version <> 3 OR published_version <> 3`,
    );
    expect(uneven).toEqual([]);
    const events = await replicas.eventsInLog(ARTICLES);
    expect(events.size).toBe(ARTICLES);
    expect([...events.values()].filter((ids) => ids.size !== 1)).toEqual([]);
  }

  it('are each published once by three replicas, one of which is killed in the middle', async () => {
    const [first, second] = await Promise.all([replicas.start(), replicas.start(), replicas.start()]);
    await replicas.furnish(first.url);
    await replicas.schedule(first.url, ARTICLES);
    await replicas.dueIn(1_000);
    await waitUntil(async () => (await replicas.published()) > 0, { within: 20_000, every: 2 });
    await second.kill();
    await expectOnce();
  });

  it('and fell due while none ran are each published once at the next start', async () => {
    const before = await replicas.start();
    await replicas.furnish(before.url);
    await replicas.schedule(before.url, ARTICLES);
    await before.kill();
    const dueAt = await replicas.dueIn(100);
    await waitUntil(() => Date.now() > dueAt.getTime());
    expect(await replicas.published()).toBe(0);
    await Promise.all([replicas.start(), replicas.start()]);
    await expectOnce();
  });
});
