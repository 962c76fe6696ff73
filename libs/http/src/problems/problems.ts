import { HttpException } from '@nestjs/common';
import { isCommitOutcomeUnknown, isTransient } from '#platform';

/** RFC 9457 problem details, with a stable `code` that clients may rely on. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  /** Every complaint about the request, by JSON pointer (RFC 6901). */
  readonly errors?: readonly { pointer: string; detail: string }[];
  readonly [extension: string]: unknown;
}

/** A decision against a request: not a fault of ours, answered as a problem. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly code: string,
    readonly status: number,
    readonly title: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${code}: ${title}`);
  }
}

/**
 * Declares the refusals of a service, code by code, and gives the function that makes them:
 * `throw refuse('article.not-published', { state })`. Details become members of the problem.
 */
export function refusals<const R extends Record<string, readonly [status: number, title: string]>>(
  declared: R,
) {
  return (code: keyof R & string, details?: Record<string, unknown>): Refused => {
    const [status, title] = declared[code]!;
    return new Refused(code, status, title, details);
  };
}

const http: Record<number, readonly [code: string, title: string]> = {
  400: ['request.invalid', 'The request cannot be understood.'],
  401: ['auth.required', 'This needs a valid bearer token.'],
  403: ['auth.forbidden', 'This is not allowed with this token.'],
  404: ['route.unknown', 'There is nothing at this address.'],
  405: ['method.unknown', 'This address does not take this method.'],
  413: ['request.too-large', 'The body is larger than allowed.'],
  414: ['request.too-long', 'The address is longer than allowed.'],
  415: ['request.media-type', 'The body must be application/json.'],
  429: ['request.too-many', 'Too many requests; wait a little.'],
  503: ['service.unavailable', 'The service is not available at the moment; try again shortly.'],
};

/**
 * Turns anything thrown into a problem: a transient failure becomes 503, so that callers retry, and a fault of ours 500.
 * Neither reveals anything internal.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) {
    const { code, status, title, details } = error;
    return { type: `/problems/${code}`, title, status, code, ...details };
  }
  if (isCommitOutcomeUnknown(error)) {
    return {
      type: '/problems/outcome.unknown',
      title:
        'It is not known whether this took effect; read it again, or repeat it with the same Idempotency-Key.',
      status: 504,
      code: 'outcome.unknown',
    };
  }
  const status = isTransient(error) ? 503 : statusOf(error);
  if (status === 500 && !(error instanceof HttpException)) {
    return {
      type: '/problems/internal',
      title: 'Something went wrong on our side.',
      status: 500,
      code: 'internal',
    };
  }
  const [code, title] = http[status] ?? ['request.refused', 'The request was refused.'];
  const detail = status < 500 && error instanceof Error ? error.message : undefined;
  return { type: `/problems/${code}`, title, status, code, ...(detail && { detail }) };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
