import { Command } from 'commander';
import { dropRefused, listRefused, requestRetry, type RefusedEvent } from '#messaging';
import { serviceArgument, withDatabase } from './service-database.js';

const lineOf = ({ id, refusedAt, topic, key, bytes, reason, retryRequested }: RefusedEvent): string =>
  `${id}\t${refusedAt.toISOString()}\t${topic}\t${key}\t${bytes} bytes\t${retryRequested ? 'retry requested' : reason.split('\n')[0]}`;

async function list(service: string, { limit }: { limit: string }): Promise<void> {
  const events = await withDatabase(service, (db) => listRefused(db, Number(limit)));
  console.log(events.length === 0 ? 'There are no refused events.' : events.map(lineOf).join('\n'));
}

async function retry(service: string, ids: string[], { all }: { all?: boolean }): Promise<void> {
  if (ids.length === 0 && !all) throw new Error('Pass event ids or --all.');
  const count = await withDatabase(service, (db) => requestRetry(db, all ? 'all' : ids));
  console.log(`Requested: the service will publish the events of ${count} keys within seconds.`);
}

async function drop(service: string, ids: string[]): Promise<void> {
  const count = await withDatabase(service, (db) => db.transaction((tx) => dropRefused(tx, ids)));
  console.log(
    `Dropped ${count} events. Later events with the same keys wait until you run \`ops refused retry\`.`,
  );
}

/** Events that Kafka refused, and later events with the same keys. */
export const refusedCommands = (): Command =>
  new Command('refused')
    .description('manage events that Kafka refused, and later events with the same keys')
    .addCommand(
      new Command('list')
        .description('list refused events')
        .addArgument(serviceArgument())
        .option('--limit <n>', 'maximum number', '50')
        .action(list),
    )
    .addCommand(
      new Command('retry')
        .description('publish all events with the keys of these events again, in order')
        .addArgument(serviceArgument())
        .argument('[ids...]')
        .option('--all', 'all refused events of the service')
        .action(retry),
    )
    .addCommand(
      new Command('drop')
        .description('delete refused events')
        .addArgument(serviceArgument())
        .argument('<ids...>')
        .action(drop),
    );
