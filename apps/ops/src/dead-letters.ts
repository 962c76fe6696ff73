import { Command } from 'commander';
import {
  dropDeadLetters,
  findDeadLetter,
  listDeadLetters,
  requestRedrive,
  type DeadLetter,
} from '#messaging';
import { serviceArgument, withDatabase } from './service-database.js';

const lineOf = ({ id, diedAt, topic, partition, offset, attempts, reason }: DeadLetter): string =>
  `${id}\t${diedAt.toISOString()}\t${topic}/${partition}@${offset}\t${attempts} attempts\t${reason.split('\n')[0]}`;

async function list(service: string, { limit }: { limit: string }): Promise<void> {
  const letters = await withDatabase(service, (db) => listDeadLetters(db, Number(limit)));
  console.log(letters.length === 0 ? 'There are no dead letters.' : letters.map(lineOf).join('\n'));
}

async function show(service: string, id: string): Promise<void> {
  const letter = await withDatabase(service, (db) => findDeadLetter(db, id));
  if (!letter) throw new Error(`There is no dead letter ${id} in ${service}.`);
  console.log(lineOf(letter));
  console.log(letter.reason);
  for (const [name, value] of Object.entries(letter.headers)) console.log(`${name}: ${value.toString()}`);
  console.log(`\n${letter.value?.toString() ?? '(no value)'}`);
}

async function redrive(service: string, ids: string[], { all }: { all?: boolean }): Promise<void> {
  if (ids.length === 0 && !all) throw new Error('Pass ids of dead letters or --all.');
  const count = await withDatabase(service, (db) => requestRedrive(db, all ? 'all' : ids));
  console.log(`Requested: the service will handle ${count} dead letters again within seconds.`);
}

async function drop(service: string, ids: string[]): Promise<void> {
  const count = await withDatabase(service, (db) => dropDeadLetters(db, ids));
  console.log(`Dropped ${count} dead letters.`);
}

/** Messages that could not be handled, kept byte for byte. */
export const deadLetterCommands = (): Command =>
  new Command('dead-letters')
    .description('manage messages that could not be handled')
    .addCommand(
      new Command('list')
        .description('list dead letters, oldest first')
        .addArgument(serviceArgument())
        .option('--limit <n>', 'maximum number', '50')
        .action(list),
    )
    .addCommand(
      new Command('show')
        .description('print a dead letter with its headers')
        .addArgument(serviceArgument())
        .argument('<id>')
        .action(show),
    )
    .addCommand(
      new Command('redrive')
        .description('handle dead letters again')
        .addArgument(serviceArgument())
        .argument('[ids...]')
        .option('--all', 'all dead letters of the service')
        .action(redrive),
    )
    .addCommand(
      new Command('drop')
        .description('delete dead letters')
        .addArgument(serviceArgument())
        .argument('<ids...>')
        .action(drop),
    );
