import { randomUUID } from 'node:crypto';
import { LogController, type FastifyServerOptions } from 'fastify';
import type { Logger } from '#platform';

/** Bytes of a request's body. */
export const MAX_BODY_BYTES = 512 * 1024;
/** Milliseconds; a client that is slower is cut off. */
const limits = { headersAndBody: 15_000, idleConnection: 65_000 };

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
