import { HttpException } from '@nestjs/common';
import { isCommitOutcomeUnknown, isTransient } from '#platform';
import { commonProblems, type CommonCode } from './common-problems.js';
import { refuse } from './refusals.js';
import { Refused } from './refused.js';

/** RFC 9457 problem details, with a stable `code` that clients may rely on. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  /** Every error in the request, by JSON pointer (RFC 6901). */
  readonly errors?: readonly { pointer: string; detail: string }[];
  readonly [extension: string]: unknown;
}

/** The code of an error that has only an HTTP status, such as one from the framework. */
const codeOfStatus: Readonly<Record<number, CommonCode>> = {
  400: 'request.invalid',
  401: 'auth.required',
  403: 'auth.forbidden',
  404: 'route.unknown',
  405: 'method.unknown',
  413: 'request.too-large',
  414: 'request.too-long',
  415: 'request.media-type',
  429: 'request.too-many',
  503: 'service.unavailable',
};

/**
 * Turns anything thrown into a problem: a transient failure becomes 503, so that clients retry, and any other failure
 * 500. Neither reveals anything internal.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) {
    const { code, status, title, details } = error;
    return { type: `/problems/${code}`, title, status, code, ...details };
  }
  if (isCommitOutcomeUnknown(error)) return problemOf(refuse('outcome.unknown'));
  const status = isTransient(error) ? 503 : statusOf(error);
  if (status === 500 && !(error instanceof HttpException)) return problemOf(refuse('internal'));
  const code = codeOfStatus[status] ?? 'request.refused';
  const [, title] = commonProblems[code];
  const detail = status < 500 && error instanceof Error ? error.message : undefined;
  return { type: `/problems/${code}`, title, status, code, ...(detail && { detail }) };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
