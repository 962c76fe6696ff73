import { ConfigError, type Settings } from '#platform';
import { migrateDatabase, startService, type ServiceDefinition } from './service.js';

/** Milliseconds a stopping process has for everything: requests first, then events and connections. */
const STOP_WITHIN = 40_000;
/**
 * Clients reuse idle connections: within three seconds nearly all send another request and get `connection: close`.
 * `requests` covers the longest wait of the gateway, that of its editorial lane.
 */
const drain = { idle: 3_000, requests: 30_000 };

/**
 * Runs a service as a process of its own, until SIGTERM or SIGINT. With the argument `migrate` it brings the
 * service's database up to date and ends.
 */
export async function runService<S extends Settings>(definition: ServiceDefinition<S>): Promise<void> {
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
    fail(definition.name, error);
  }
}

/**
 * Starts, waits for the signal to stop, stops. What goes wrong is one line on stderr and exit code 1.
 * @param start gets a signal that aborts when the process should stop before it has started.
 */
export async function runProcess(
  name: string,
  start: (signal: AbortSignal) => Promise<() => Promise<void>>,
): Promise<void> {
  const stopping = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => {
      // From the signal on, whatever hangs: the start, or the end.
      setTimeout(
        () => fail(name, new Error(`not stopped within ${STOP_WITHIN / 1000} s`)),
        STOP_WITHIN,
      ).unref();
      resolve();
    });
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  try {
    const stop = await start(stopping.signal);
    await signalled;
    await stop();
    process.exit(0);
  } catch (error) {
    if (stopping.signal.aborted) process.exit(0);
    fail(name, error);
  }
}

function fail(name: string, error: unknown): never {
  const known = error instanceof ConfigError || (error instanceof Error && error.message);
  process.stderr.write(`${name}: ${known ? (error as Error).message : String(error)}\n`);
  process.exit(1);
}
