import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Refused } from './problems.js';

/** Aborts when the client goes away before it has its answer: what has not begun for it need not begin. */
export const ClientSignal = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const { raw } = context.switchToHttp().getResponse<FastifyReply>();
  const gone = new AbortController();
  const abort = (): void => {
    // 499 is for metrics and logs; there is nobody left to read it.
    if (!raw.writableFinished) gone.abort(new Refused('request.abandoned', 499, 'The client went away.'));
  };
  if (raw.destroyed) abort();
  else raw.once('close', abort);
  return gone.signal;
});
