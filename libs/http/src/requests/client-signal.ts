import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { commonProblems } from '../problems/common-problems.js';
import { Refused } from '../problems/refused.js';

/** The client closed its connection before it received its answer. Status 499 is for logs and metrics only. */
export class ClientGone extends Refused {
  constructor() {
    super('client.gone', ...commonProblems['client.gone']);
  }
}

/** Aborts with {@link ClientGone} when the client closes its connection before it receives its answer. */
export function clientSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const close = (): void => {
    if (!raw.writableFinished) gone.abort(new ClientGone());
  };
  if (raw.closed || raw.destroyed) close();
  else raw.once('close', close);
  return gone.signal;
}

/** The {@link clientSignal} of a request, so that nothing is started for a client that is gone. */
export const ClientSignal = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal =>
  clientSignal(context.switchToHttp().getResponse<FastifyReply>()),
);
