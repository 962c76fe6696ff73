import type { FastifyInstance } from 'fastify';
import { withRequest, type Logger } from '#platform';

/** Runs each request in a context of its own, returns its id with the answer, and logs one line per answer. */
export function traceAndLogRequests(server: FastifyInstance, log: Logger): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    withRequest({ traceparent: request.headers['traceparent'], clientAddress: request.ip }, done);
  });
  server.addHook('onResponse', async (request, reply) => {
    const { url: route = 'unknown' } = request.routeOptions;
    log.info(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
}
