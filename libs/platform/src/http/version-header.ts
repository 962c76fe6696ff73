import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Refused } from './problems.js';

/** The strong entity tag of a version: `"7"`. */
export const etagOf = (version: number): string => `"${version}"`;

/** The version named by `If-Match`, which every change must carry (RFC 9110, 13.1.1; RFC 6585, 428). */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (!header) {
    throw new Refused(
      'precondition.required',
      428,
      'Send If-Match with the ETag of the version you changed.',
    );
  }
  const version = /^"([1-9]\d{0,8})"$/.exec(header)?.[1];
  if (!version)
    throw new Refused(
      'precondition.invalid',
      400,
      'If-Match must be one ETag as it was received, such as "7".',
    );
  return Number(version);
});

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
