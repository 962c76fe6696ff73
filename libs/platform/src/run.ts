import { ConfigError, type Settings } from './config/config.js';
import { migrateDatabase, startService, type ServiceDefinition } from './service.js';

/** Milliseconds a stopping process has for what is under way. */
const STOP_WITHIN = 10_000;

/**
 * Runs a service as a process of its own, until SIGTERM or SIGINT. With the argument `migrate` it brings the
 * service's database up to date and ends.
 */
export async function runService<S extends Settings>(definition: ServiceDefinition<S>): Promise<void> {
  if (process.argv[2] === 'migrate') return migrateService(definition);
  await runProcess(definition.name, async () => {
    const service = await startService(definition, { env: process.env });
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
    fail(definition.name, error);
  }
}

/** Starts, waits for the signal to stop, stops. What goes wrong is one line on stderr and exit code 1. */
export async function runProcess(name: string, start: () => Promise<() => Promise<void>>): Promise<void> {
  const signalled = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  try {
    const started = start();
    const stop = await Promise.race([started, signalled.then(() => started)]);
    await signalled;
    const deadline = setTimeout(
      () => fail(name, new Error(`not stopped within ${STOP_WITHIN / 1000} s`)),
      STOP_WITHIN,
    );
    await stop();
    clearTimeout(deadline);
    process.exit(0);
  } catch (error) {
    fail(name, error);
  }
}

function fail(name: string, error: unknown): never {
  const known = error instanceof ConfigError || (error instanceof Error && error.message);
  process.stderr.write(`${name}: ${known ? (error as Error).message : String(error)}\n`);
  process.exit(1);
}
