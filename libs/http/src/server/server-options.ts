import { randomUUID } from 'node:crypto';
import { LogController, type FastifyServerOptions } from 'fastify';
import type { Logger } from '#platform';

/** Maximum bytes of a request body. */
export const MAX_BODY_BYTES = 512 * 1024;
/** Milliseconds; slower clients are disconnected. */
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
