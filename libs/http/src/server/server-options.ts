import { randomUUID } from 'node:crypto';
import { LogController, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { type Logger, withTrace } from '#platform';

export const MAX_BODY_BYTES = 512 * 1024;
/** Milliseconds and characters; a caller that is slower or larger is cut off. */
const limits = { headersAndBody: 15_000, idleConnection: 65_000, url: 2_048 };

export const serverOptions = (log: Logger): FastifyServerOptions => ({
  loggerInstance: log,
  logController: new LogController({ disableRequestLogging: true }),
  bodyLimit: MAX_BODY_BYTES,
  requestTimeout: limits.headersAndBody,
  keepAliveTimeout: limits.idleConnection,
  routerOptions: { maxParamLength: 200 },
  genReqId: ({ headers }) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
  },
});

/** Gives each request a trace and an id that the answer carries, and writes one line when it is answered. */
export function traceAndLogRequests(server: FastifyInstance, log: Logger): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    withTrace(request.headers['traceparent'], done, true);
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
