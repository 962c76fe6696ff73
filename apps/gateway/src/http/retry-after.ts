import type { FastifyInstance } from 'fastify';

/** Tells clients of every 503 when to come back, unless the service behind has said so. In seconds. */
export function addRetryAfter(server: FastifyInstance): void {
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.statusCode === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
    done(null, payload);
  });
}
