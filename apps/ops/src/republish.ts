import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { republishProgress, requestRepublish } from '#messaging';
import { servicesWithSnapshots } from '../../services.js';
import { serviceArgument, withDatabase } from './service-database.js';

/** Milliseconds between two checks of the progress. */
const CHECK_EVERY = 500;

async function republish(service: string): Promise<void> {
  await withDatabase(service, async (db) => {
    const id = await requestRepublish(db);
    console.log(`Requested. The running ${service} service does the work, even if you stop this command.`);
    for (;;) {
      const progress = await republishProgress(db, id);
      if (!progress) {
        throw new Error(
          `${service} has no snapshots. Services with snapshots: ${servicesWithSnapshots.join(', ')}.`,
        );
      }
      const { done, finished } = progress;
      if (finished) return console.log(`${done} snapshots published.`);
      console.log(`${done} so far`);
      await delay(CHECK_EVERY);
    }
  });
}

/** Republishes every current snapshot of a service through its outbox, so that projections can be rebuilt. */
export const republishCommand = (): Command =>
  new Command('republish')
    .description('republish all current snapshots of a service')
    .addArgument(serviceArgument(servicesWithSnapshots))
    .action(republish);
