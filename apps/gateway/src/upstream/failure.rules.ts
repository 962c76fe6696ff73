/** System and undici codes of connections that could not be opened. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Codes of connections that broke while in use. */
const RESET = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
/** Methods that change nothing (RFC 9110, 9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

interface SystemError {
  readonly code?: string;
  readonly syscall?: string;
}

export const isSafe = (method: string): boolean => SAFE.has(method);

/** Whether it is certain that the service received no part of the request. */
export function isUnsent(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as SystemError;
  return UNSENT.has(code ?? '') || syscall === 'connect' || syscall === 'getaddrinfo';
}

/**
 * Whether the request may be retried: a read also after a lost connection, such as a pooled one that the service closed at
 * the same moment; any other request only if nothing was sent.
 */
export function mayRetry(method: string, error: unknown): boolean {
  return isUnsent(error) || (isSafe(method) && RESET.has((error as SystemError | undefined)?.code ?? ''));
}

/** Whether the answer was larger than the gateway accepts. */
export const isTooLarge = (error: unknown): boolean =>
  (error as SystemError | undefined)?.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
