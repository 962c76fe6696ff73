import { runProcess, startService } from '#bootstrap';
import { injectFault, type Fault } from './fault.js';
import { ledgerService } from './ledger.service.js';
import { writerService } from './writer.service.js';

/** Runs one example service as a process: `node main.js writer|ledger`, with an optional fault in FAULT. Prints its address. */

const definition = process.argv[2] === 'writer' ? writerService : ledgerService;
const fault = process.env['FAULT'] ? (JSON.parse(process.env['FAULT']) as Fault) : undefined;

await runProcess(definition.name, async () => {
  const service = await startService(definition, {
    env: process.env,
    migrate: process.env['MIGRATE'] !== 'false',
    beforeEvents: (app) => fault && injectFault(app, fault),
  });
  process.stdout.write(`operations at ${service.operationsUrl}\nlistens at ${service.url}\n`);
  return () => service.stop();
});
