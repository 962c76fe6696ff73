import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { refuse } from '../problems/refusals.js';

/** The caller's `Idempotency-Key`, if there is one: a repeated request with the same key gets the first answer again. */
export const IdempotencyKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => {
    const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
    if (header === undefined) return undefined;
    if (typeof header === 'string' && /^[\x21-\x7e]{1,200}$/.test(header)) return header;
    throw refuse('idempotency-key.invalid');
  },
);
