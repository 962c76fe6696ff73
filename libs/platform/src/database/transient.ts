/**
 * Errors that time alone may mend: the same work, tried again later, can succeed.
 * Postgres classes and codes: https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const sqlClasses = ['08', '53', '57', '58'];
const sqlStates = ['40001', '40P01', '55P03', '25006'];
const systemCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];
/** pg and its pool name these only in words. */
const words =
  /connection terminated|connection ended|timeout exceeded when trying to connect|timeout expired|query read timeout|client has encountered a connection error|not queryable|driver not connected|cannot use a pool after/i;

/** True for lost connections, deadlocks, timeouts, a server that starts, stops or is full. */
export function isTransient(error: unknown): boolean {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; depth++) {
    const { code, driverError } = e as { code?: unknown; driverError?: unknown };
    if (typeof code === 'string') {
      if (systemCodes.includes(code) || sqlStates.includes(code)) return true;
      if (code.length === 5 && sqlClasses.includes(code.slice(0, 2))) return true;
    }
    if (words.test(e.message)) return true;
    if (e instanceof AggregateError) return e.errors.some(isTransient);
    e = driverError ?? e.cause;
  }
  return false;
}
