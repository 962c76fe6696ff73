import { randomUUID } from 'node:crypto';
import { LogController, type FastifyServerOptions } from 'fastify';
import type { Logger } from '#platform';

/** Limits in bytes and milliseconds; a client that is slower or sends more is cut off. */
const limits = { body: 512 * 1024, headersAndBody: 15_000, idleConnection: 65_000 };

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
