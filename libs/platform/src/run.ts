import { ConfigError, type Settings } from './config/config.js';
import { startService, type ServiceDefinition } from './service.js';

/** Milliseconds a stopping process has for what is under way. */
const STOP_WITHIN = 10_000;

/** Runs a service as a process of its own, until SIGTERM or SIGINT. */
export async function runService<S extends Settings>(definition: ServiceDefinition<S>): Promise<void> {
  await runProcess(definition.name, async () => {
    const service = await startService(definition, { env: process.env });
    return () => service.stop();
  });
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
    const deadline = setTimeout(() => fail(name, new Error(`not stopped within ${STOP_WITHIN / 1000} s`)), STOP_WITHIN);
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
