import { addressOf, waitUntil } from '#testing';
import { Replicas } from '../test/articles/replicas.js';
import { percentile } from './table.js';

const ARTICLES = 1_000;

/** How late articles are that are due in the same second: three replicas, one killed while they go out. */
export async function measureSchedules(): Promise<void> {
  const replicas = await Replicas.create(addressOf('kafka'));
  try {
    const [first, second] = await Promise.all([replicas.start(), replicas.start(), replicas.start()]);
    await replicas.furnish(first.url);
    await replicas.schedule(first.url, ARTICLES);
    const dueAt = await replicas.dueIn(1_500);
    const killed = waitUntil(async () => (await replicas.published()) >= 100, {
      within: 20_000,
      every: 1,
    }).then(() => second.kill());
    const late = await lateness(replicas, dueAt, killed);
    const inTime = late.filter((ms) => ms < 1_000).length / late.length;
    console.log(
      `${ARTICLES} articles due at once, one of three replicas killed: p50 ${percentile(late, 0.5)} ms late, p99 ${percentile(late, 0.99)} ms, ` +
        `last ${percentile(late, 1)} ms; ${(inTime * 100).toFixed(1)} % less than a second`,
    );
  } finally {
    await replicas.remove();
  }

  const again = await Replicas.create(addressOf('kafka'));
  try {
    const before = await again.start();
    await again.furnish(before.url);
    await again.schedule(before.url, ARTICLES);
    await before.kill();
    const dueAt = await again.dueIn(50);
    await waitUntil(() => Date.now() > dueAt.getTime());
    await again.start();
    const late = await lateness(again, new Date());
    console.log(
      `${ARTICLES} fell due while none ran, then one starts: the last is out ${percentile(late, 1)} ms after it listens`,
    );
  } finally {
    await again.remove();
  }
}

/** Milliseconds after `since` at which each article was seen to be public, in order; looked at all the time. */
async function lateness(replicas: Replicas, since: Date, alongside?: Promise<unknown>): Promise<number[]> {
  const late: number[] = [];
  await waitUntil(
    async () => {
      const seen = await replicas.published();
      const ms = Math.max(0, Date.now() - since.getTime());
      while (late.length < seen) late.push(ms);
      return seen === ARTICLES;
    },
    { within: 60_000, every: 1, what: 'all articles' },
  );
  await alongside;
  return late;
}
