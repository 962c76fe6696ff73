import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { refuse } from '../problems/refusals.js';

/** The version that `If-Match` names. Every change must send this header (RFC 9110, 13.1.1; RFC 6585, 3). */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const version = expectedVersion(context);
  if (version === undefined) throw refuse('precondition.required');
  return version;
});

/** The version that `If-Match` names, if any: a request without it creates the resource. */
export const OptionalIfMatch = createParamDecorator((_: unknown, context: ExecutionContext) =>
  expectedVersion(context),
);

function expectedVersion(context: ExecutionContext): number | undefined {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (!header) return undefined;
  const version = /^"([1-9]\d{0,8})"$/.exec(header)?.[1];
  if (!version) throw refuse('precondition.invalid');
  return Number(version);
}
