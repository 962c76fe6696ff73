import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { republishProgress, requestRepublish } from '#messaging';
import { serviceArgument, withDatabase } from './service-database.js';

/** Milliseconds between two looks at the progress. */
const LOOK_EVERY = 500;

async function republish(service: string): Promise<void> {
  await withDatabase(service, async (db) => {
    const id = await requestRepublish(db);
    console.log(`Requested; the running ${service} service works on it, also when this command ends.`);
    for (;;) {
      const { done, finished } = await republishProgress(db, id);
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
