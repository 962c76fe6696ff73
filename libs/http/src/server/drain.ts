import { Server as TcpServer } from 'node:net';
import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { pause } from '#jobs';

/** Milliseconds. */
export interface DrainLimits {
  /** How long idle connections stay open, so that a client that is just sending gets an answer instead of a reset. */
  readonly idle: number;
  /** How long requests in progress may take to finish. */
  readonly requests: number;
}

/** Milliseconds between checks for open connections. */
const POLL = 20;

/**
 * Stops an HTTP server without breaking a request: it accepts no new connections, answers requests on open ones with
 * `connection: close`, and closes connections once they are idle.
 */
export class Drain {
  private draining = false;
  private requests = 0;

  constructor(private readonly fastify: FastifyInstance) {
    const server: Server = fastify.server;
    server.on('request', (_request, response) => {
      this.requests++;
      response.once('close', () => this.requests--);
    });
    fastify.addHook('onSend', async (_request, reply) => {
      if (this.draining) reply.header('connection', 'close');
    });
  }

  async run({ idle, requests }: DrainLimits): Promise<void> {
    if (this.draining || !this.fastify.server.listening) return;
    this.draining = true;
    const { server } = this.fastify;
    // Connections already in the accept queue are accepted first; the rest would be reset.
    await new Promise((resolve) => setImmediate(resolve));
    // http.Server.close() would close idle connections at once and reset requests that are just arriving.
    TcpServer.prototype.close.call(server);
    const idleUntil = Date.now() + idle;
    const requestsUntil = Date.now() + Math.max(idle, requests);
    while (Date.now() < requestsUntil && (await connectionsOf(server)) > 0) {
      if (Date.now() >= idleUntil) {
        server.closeIdleConnections();
        if (this.requests === 0) break;
      }
      await pause(POLL);
    }
    server.closeAllConnections();
  }
}

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count)));
