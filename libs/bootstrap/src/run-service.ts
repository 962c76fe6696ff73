import { migrateDatabase } from './migrate-database.js';
import { exitWith, runProcess } from './run-process.js';
import type { ServiceDefinition } from './service-definition.js';
import { startService } from './start-service.js';

/**
 * Milliseconds. Clients reuse idle connections: within three seconds nearly all send another request and get
 * `connection: close`. `requests` covers the longest wait of the gateway, that of its editorial lane.
 */
const drain = { idle: 3_000, requests: 30_000 };

/**
 * Runs a service as a process of its own until SIGTERM or SIGINT. With the argument `migrate` it only brings the
 * service's database up to date.
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  if (process.argv[2] === 'migrate') return migrateService(definition);
  await runProcess(definition.name, async (signal) => {
    const service = await startService(definition, { env: process.env, signal, drain });
    return () => service.stop();
  });
}

async function migrateService(definition: ServiceDefinition): Promise<void> {
  try {
    const ran = await migrateDatabase(definition, process.env);
    process.stdout.write(
      `${definition.name}: ${ran.length === 0 ? 'up to date' : `ran ${ran.join(', ')}`}\n`,
    );
  } catch (error) {
    exitWith(definition.name, error);
  }
}
