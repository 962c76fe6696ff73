import { Command } from 'commander';
import { importCommand } from '../../importer/src/command.js';
import { databasesCommand } from './databases.js';
import { deadLetterCommands } from './dead-letters.js';
import { envCommand } from './env.js';
import { importTarget } from './import-target.js';
import { refusedCommands } from './refused.js';
import { republishCommand } from './republish.js';
import { secretsCommand } from './secrets.js';
import { termChangeCommands } from './term-changes.js';
import { tokenCommand } from './token.js';
import { topicsCommand } from './topics.js';

/** The operators' command line: `npm run ops -- --help`. */
const program = new Command('ops').description('Operates a newsroom.');
for (const command of [
  envCommand(),
  secretsCommand(),
  databasesCommand(),
  tokenCommand(),
  topicsCommand(),
  deadLetterCommands(),
  refusedCommands(),
  termChangeCommands(),
  republishCommand(),
  importCommand(importTarget),
]) {
  program.addCommand(command);
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`ops: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
