import { describe, expect, it } from '@jest/globals';
import { isUnsent, mayRetry } from './failure.rules.js';

const error = (code: string, syscall?: string) => Object.assign(new Error(code), { code, syscall });
const refused = error('ECONNREFUSED', 'connect');
const reset = error('ECONNRESET', 'read');
const closed = error('UND_ERR_SOCKET');
const timeout = new DOMException('The operation was aborted due to timeout', 'TimeoutError');

describe('a failed request', () => {
  it.each([
    refused,
    error('UND_ERR_CONNECT_TIMEOUT'),
    error('ENOTFOUND', 'getaddrinfo'),
    error('ECONNRESET', 'connect'),
  ])('was not sent when no connection was made (%s)', (one) =>
    expect([isUnsent(one), mayRetry('POST', one), mayRetry('GET', one)]).toEqual([true, true, true]),
  );

  it.each([reset, closed, error('EPIPE', 'write')])(
    'may have taken effect when its connection broke, so that only a read is retried (%s)',
    (one) =>
      expect([isUnsent(one), mayRetry('PUT', one), mayRetry('GET', one)]).toEqual([false, false, true]),
  );

  it.each([timeout, error('UND_ERR_RES_EXCEEDED_MAX_SIZE'), undefined])(
    'is not retried after any other failure (%s)',
    (one) =>
      expect([isUnsent(one), mayRetry('POST', one), mayRetry('GET', one)]).toEqual([false, false, false]),
  );
});
