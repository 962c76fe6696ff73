import type { DataSource } from 'typeorm';
import { Backoff, pause } from '#jobs';
import type { Logger } from '../logging/logging.js';
import type { Readiness } from '../health/readiness.js';
import { failureKind } from './failure-kind.js';

/**
 * Connects, and waits without a limit until the database is available and has every migration that this version knows.
 * Newer migrations are harmless, since they only add while old versions run.
 * @throws for a permanent failure, and when `signal` aborts.
 */
export async function waitForSchema(
  source: DataSource,
  { readiness, log, signal }: { readiness: Readiness; log: Logger; signal: AbortSignal | undefined },
): Promise<void> {
  const backoff = new Backoff(250, 3_000);
  let lastLogged = '';
  for (;;) {
    const reason = await untilAborted(missingPart(source, log), signal);
    if (!reason) return;
    readiness.waiting(reason);
    if (reason !== lastLogged) log.warn(`${reason} Waiting.`);
    lastLogged = reason;
    await pause(backoff.next(), signal);
    signal?.throwIfAborted();
  }
}

/** Stops waiting when the signal aborts, so that a database that hangs does not keep the process from stopping. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort);
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', abort));
}

/** @returns what the service still waits for, as one sentence; undefined when the database is ready. */
async function missingPart(source: DataSource, log: Logger): Promise<string | undefined> {
  try {
    if (!source.isInitialized) await source.initialize();
    const wanted = source.migrations.map((migration) => migration.name ?? migration.constructor.name);
    const rows = await source.sql<{ name: string }[]>`SELECT name FROM migrations`;
    const missing = wanted.filter((name) => !rows.some((row) => row.name === name));
    if (missing.length > 0) {
      return `The database is missing the migrations ${missing.join(', ')}; run \`migrate\`.`;
    }
    const [timeout] = await source.sql<{ statement_timeout: string }[]>`SHOW statement_timeout`;
    if (timeout?.statement_timeout === '0') {
      log.warn('The database role has no statement_timeout; run `migrate` as this role, or set one.');
    }
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '3D000' || code === '42P01') return 'The database has no tables yet; run `migrate`.';
    if (failureKind(error) === 'permanent') throw error;
    return `The database cannot be used (${(error as Error).message}).`;
  }
}
