import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ReaderTokens } from '#http';
import {
  anId,
  ServiceProcesses,
  describeWith,
  readWithKcat,
  rounds,
  waitUntil,
  type TestDatabase,
} from '#testing';
import { post, textsOf, threadOf, upTo, type PostAnswer } from './posting.js';

describeWith('postgres', 'kafka')('comments that are posted to a process that is killed', () => {
  let processes: ServiceProcesses;
  let db: TestDatabase;
  beforeAll(async () => {
    processes = await ServiceProcesses.create();
    db = await processes.createDatabase('comments');
  });
  afterAll(() => processes.remove());

  it('are each stored once and published if they were answered with 201', async () => {
    const start = () => processes.start('comments');
    const article = anId();
    await db.query(`INSERT INTO thread (article_id, article_version, open) VALUES ($1, 1, true)`, [article]);
    const readers = new ReaderTokens(processes.readerKey);
    const answered: PostAnswer[] = [];
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
    await readWithKcat(processes.brokers, `${processes.prefix}newsroom.comments`, ({ value }) => {
      const { comment, count } = JSON.parse(value) as { comment: { id: string }; count: object };
      published.set(comment.id, count);
    });
    expect([...published.keys()].toSorted()).toEqual(ids);
    expect([...published.values()]).toEqual(upTo(ids.length));
  });
});
