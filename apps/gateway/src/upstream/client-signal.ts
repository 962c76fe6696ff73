import type { FastifyReply } from 'fastify';

/** Aborts when the client goes away before it has its answer. */
export function clientSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const close = () => {
    if (!raw.writableFinished) gone.abort();
  };
  if (raw.closed || raw.destroyed) close();
  else raw.once('close', close);
  return gone.signal;
}
