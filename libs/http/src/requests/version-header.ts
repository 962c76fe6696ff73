import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Refused } from '../problems/problems.js';

/** The strong entity tag of a version: `"7"`. */
export const etagOf = (version: number): string => `"${version}"`;

/** A change without the version it changes (RFC 6585, 3). */
export const preconditionRequired = (): Refused =>
  new Refused('precondition.required', 428, 'Send If-Match with the ETag of the version you changed.');

/** The version named by `If-Match`, which every change must carry (RFC 9110, 13.1.1). */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const version = expectedVersion(context);
  if (version === undefined) throw preconditionRequired();
  return version;
});

/** The version named by `If-Match`, where a request may do without: it creates what is not there yet. */
export const OptionalIfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  expectedVersion(context),
);

function expectedVersion(context: ExecutionContext): number | undefined {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (!header) return undefined;
  const version = /^"([1-9]\d{0,8})"$/.exec(header)?.[1];
  if (version) return Number(version);
  throw new Refused(
    'precondition.invalid',
    400,
    'If-Match must be one ETag as it was received, such as "7".',
  );
}

/** The caller's `Idempotency-Key`, if there is one: the same key again gives the first answer again. */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => {
    const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
    if (header === undefined) return undefined;
    if (typeof header === 'string' && /^[\x21-\x7e]{1,200}$/.test(header)) return header;
    throw new Refused(
      'idempotency-key.invalid',
      400,
      'Idempotency-Key takes 1 to 200 visible ASCII characters.',
    );
  },
);
