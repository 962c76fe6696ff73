import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Refused } from '../problems/problems.js';

/** The client closed its connection before it had its answer. Nobody receives the status; 499 marks it in logs and metrics. */
export class ClientGone extends Refused {
  constructor() {
    super('client.gone', 499, 'The client closed its connection.');
  }
}

/** Aborts with {@link ClientGone} when the client goes away before it has its answer. */
export function clientSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const close = (): void => {
    if (!raw.writableFinished) gone.abort(new ClientGone());
  };
  if (raw.closed || raw.destroyed) close();
  else raw.once('close', close);
  return gone.signal;
}

/** The {@link clientSignal} of a request: what has not begun for a client that is gone need not begin. */
export const ClientSignal = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal =>
  clientSignal(context.switchToHttp().getResponse<FastifyReply>()),
);
