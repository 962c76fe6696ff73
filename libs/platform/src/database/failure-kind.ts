/**
 * The kind of a failure decides what happens to the work that failed.
 * Postgres classes and codes: https://www.postgresql.org/docs/18/errcodes-appendix.html
 *
 * - `transient`: a lost connection, a deadlock, a server that starts, stops or is full. A retry can succeed.
 * - `operational`: a missing table, column, function or permission, a wrong password. All such work fails until an
 *   operator or a migration repairs it.
 * - `permanent`: everything else, such as a bug or a statement that takes too long. A retry would fail, too.
 */
export type FailureKind = 'transient' | 'operational' | 'permanent';

const transient = {
  classes: ['08', '53', '57', '58'],
  states: ['40001', '40003', '40P01', '55P03', '25006', '25P03'],
  system: [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
  ],
  /** Errors of TypeORM when a connection is lost, or ended by the server, during a transaction. */
  names: ['QueryRunnerProviderAlreadyReleasedError', 'TransactionNotStartedError'],
  /** Errors of pg and its pool that have no code. */
  words:
    /connection terminated|connection ended|timeout exceeded when trying to connect|timeout expired|query read timeout|client has encountered a connection error|not queryable|driver not connected|cannot use a pool after/i,
};

const operational = {
  classes: ['28'],
  states: ['42P01', '42703', '42883', '42501', '3F000', '3D000', '0A000'],
};

/** A statement took longer than `statement_timeout`, or a transaction longer than `transaction_timeout`. */
const TIMED_OUT = ['57014', '25P04'];

/** A transaction took longer than its caller can wait; nothing was stored. */
export class TransactionTimedOut extends Error {
  override readonly name = 'TransactionTimedOut';
  constructor(options?: ErrorOptions) {
    super('The transaction took too long and was rolled back.', options);
  }
}

/** The kind of the first error that has one, even inside wrappers (`cause`, TypeORM's `driverError`, aggregates). */
export function failureKind(error: unknown): FailureKind {
  return kindOf(error) ?? 'permanent';
}

/** True when the same request can succeed later, even after a statement that took too long under load. */
export const isTransient = (error: unknown): boolean =>
  failureKind(error) === 'transient' || TIMED_OUT.includes(sqlState(error) ?? '');

/** True when the work itself is at fault, so that the rest of a batch can succeed; false when it took too long. */
export const isFaultOfWork = (error: unknown): boolean =>
  failureKind(error) === 'permanent' && !isTransient(error);

function kindOf(error: unknown): FailureKind | undefined {
  for (const e of causesOf(error)) {
    if (e instanceof TransactionTimedOut) return 'transient';
    const { code } = e;
    if (typeof code === 'string') {
      if (TIMED_OUT.includes(code)) return 'permanent';
      if (transient.system.includes(code) || belongsTo(code, transient)) return 'transient';
      if (belongsTo(code, operational)) return 'operational';
    }
    if (transient.names.includes(e.name) || transient.words.test(e.message)) return 'transient';
    if (e instanceof AggregateError) return e.errors.map(kindOf).find((kind) => kind !== undefined);
  }
  return undefined;
}

const belongsTo = (code: string, { classes, states }: { classes: string[]; states: string[] }): boolean =>
  states.includes(code) || (code.length === 5 && classes.includes(code.slice(0, 2)));

function sqlState(error: unknown): string | undefined {
  for (const { code } of causesOf(error)) if (typeof code === 'string' && code.length === 5) return code;
  return undefined;
}

/** An error and the errors that it wraps (`cause`, TypeORM's `driverError`), outermost first, at most five. */
export function* causesOf(error: unknown): Generator<Error & { code?: unknown; type?: unknown }> {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; depth++) {
    yield e;
    e = (e as { driverError?: unknown }).driverError ?? e.cause;
  }
}
