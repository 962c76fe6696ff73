import type { FastifyInstance } from 'fastify';

/** Adds `Retry-After`, in seconds, to every 503 that has none. */
export function addRetryAfter(server: FastifyInstance): void {
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.statusCode === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
    done(null, payload);
  });
}
