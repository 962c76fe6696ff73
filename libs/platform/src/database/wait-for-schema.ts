import type { DataSource } from 'typeorm';
import type { Logger } from '../logging/logging.js';
import type { Readiness } from '../health/readiness.js';
import { Backoff, pause } from '#jobs';
import { failureKind } from './failure-kind.js';

/**
 * Connects and waits, however long it takes, until the database answers and has every migration that this version
 * knows. Migrations only add until no old version runs any more, so newer ones that it does not know do no harm.
 * @throws for a permanent failure, and when `signal` aborts.
 */
export async function waitForSchema(
  source: DataSource,
  { readiness, log, signal }: { readiness: Readiness; log: Logger; signal: AbortSignal | undefined },
): Promise<void> {
  const backoff = new Backoff(250, 3_000);
  let lastLogged = '';
  for (;;) {
    const reason = await untilAborted(whatIsMissing(source, log), signal);
    if (!reason) return;
    readiness.waiting(reason);
    if (reason !== lastLogged) log.warn(`${reason} Waiting.`);
    lastLogged = reason;
    await pause(backoff.next(), signal);
    signal?.throwIfAborted();
  }
}

/** A database that hangs must not keep the process from stopping. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort);
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', abort));
}

async function whatIsMissing(source: DataSource, log: Logger): Promise<string | undefined> {
  try {
    if (!source.isInitialized) await source.initialize();
    const wanted = source.migrations.map((migration) => migration.name ?? migration.constructor.name);
    const rows: { name: string }[] = await source.query(`SELECT name FROM migrations`);
    const missing = wanted.filter((name) => !rows.some((row) => row.name === name));
    if (missing.length > 0) return `The database lacks the migrations ${missing.join(', ')}; run «migrate».`;
    const [deadline] = await source.query(`SHOW statement_timeout`);
    if (deadline.statement_timeout === '0')
      log.warn('The database role has no statement_timeout; run «migrate» as this role, or set one.');
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '3D000' || code === '42P01') return 'The database has no tables yet; run «migrate».';
    if (failureKind(error) === 'permanent') throw error;
    return `The database cannot be used (${(error as Error).message}).`;
  }
}
