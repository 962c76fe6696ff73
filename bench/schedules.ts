import { Editor, ServiceProcesses, waitUntil, type TestDatabase } from '#testing';
import { makeDueIn, publishedCount, scheduleArticles } from '../apps/articles/test/scheduled-articles.js';
import { percentile } from './table.js';

const ARTICLES = 1_000;

/** How late articles that are due in the same second are published. */
export async function measureSchedules(): Promise<void> {
  await withArticles(oneReplicaKilled);
  await withArticles(allReplicasStopped);
}

type Measurement = (processes: ServiceProcesses, db: TestDatabase) => Promise<void>;

async function withArticles(measure: Measurement): Promise<void> {
  const processes = await ServiceProcesses.create();
  try {
    await measure(processes, await processes.createDatabase('articles'));
  } finally {
    await processes.remove();
  }
}

const oneReplicaKilled: Measurement = async (processes, db) => {
  const start = () => processes.start('articles');
  const [first, second] = await Promise.all([start(), start(), start()]);
  await schedule(processes, first.url);
  const dueAt = await makeDueIn(db, 1_500);
  const killed = waitUntil(async () => (await publishedCount(db)) >= 100, {
    within: 20_000,
    every: 1,
  }).then(() => second.kill());
  const late = await lateness(db, dueAt);
  await killed;
  const inTime = late.filter((ms) => ms < 1_000).length / late.length;
  console.log(
    `${ARTICLES} articles due at once, one of three replicas killed: p50 ${percentile(late, 0.5)} ms late, ` +
      `p99 ${percentile(late, 0.99)} ms, last ${percentile(late, 1)} ms; ${(inTime * 100).toFixed(1)} % within a second`,
  );
};

const allReplicasStopped: Measurement = async (processes, db) => {
  const before = await processes.start('articles');
  await schedule(processes, before.url);
  await before.kill();
  const dueAt = await makeDueIn(db, 50);
  await waitUntil(() => Date.now() > dueAt.getTime());
  await processes.start('articles');
  const late = await lateness(db, new Date());
  console.log(
    `${ARTICLES} articles fell due while no replica ran: the last was published ${percentile(late, 1)} ms after a start`,
  );
};

async function schedule(processes: ServiceProcesses, articlesUrl: string): Promise<void> {
  const editor = new Editor(`${articlesUrl}/editorial`, await processes.token('editor'));
  await editor.createTerms();
  await scheduleArticles(editor, ARTICLES);
}

/** Milliseconds from `since` until each article was seen to be published, in ascending order. */
async function lateness(db: TestDatabase, since: Date): Promise<number[]> {
  const late: number[] = [];
  await waitUntil(
    async () => {
      const seen = await publishedCount(db);
      const ms = Math.max(0, Date.now() - since.getTime());
      while (late.length < seen) late.push(ms);
      return seen === ARTICLES;
    },
    { within: 60_000, every: 1, what: 'all articles' },
  );
  return late;
}
