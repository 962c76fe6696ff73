import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { republishProgress, requestRepublish } from '#messaging';
import { serviceArgument, withDatabase } from './service-database.js';

/** Services that publish snapshots on request. */
const withSnapshots = ['articles', 'comments', 'polls', 'recommendations'];
/** Milliseconds between two looks at the progress. */
const LOOK_EVERY = 500;

async function republish(service: string): Promise<void> {
  await withDatabase(service, async (db) => {
    const id = await requestRepublish(db);
    console.log(`Requested; the running ${service} service works on it, also when this command ends.`);
    for (;;) {
      const progress = await republishProgress(db, id);
      if (!progress)
        throw new Error(`${service} has no snapshots to publish. ${withSnapshots.join(', ')} have.`);
      const { done, finished } = progress;
      if (finished) return console.log(`${done} snapshots published again.`);
      console.log(`${done} so far`);
      await delay(LOOK_EVERY);
    }
  });
}

/** Sends every present snapshot of a service through its outbox once more, so that projections can be rebuilt. */
export const republishCommand = (): Command =>
  new Command('republish')
    .description('publishes all present snapshots of a service again')
    .addArgument(serviceArgument())
    .action(republish);
