import { randomUUID } from 'node:crypto';
import { LogController, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { type Logger, withTrace } from '#platform';

/** Limits in bytes and milliseconds; a caller that is slower or larger than this is cut off. */
const limits = { body: 512 * 1024, headersAndBody: 15_000, idleConnection: 65_000, url: 2_048 };

export const serverOptions = (log: Logger): FastifyServerOptions => ({
  loggerInstance: log,
  logController: new LogController({ disableRequestLogging: true }),
  bodyLimit: limits.body,
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
