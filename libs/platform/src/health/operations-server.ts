import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { DatabaseProbe } from './database-probe.js';
import type { Readiness } from './readiness.js';

interface Options {
  readonly readiness: Readiness;
  readonly registry: Registry;
  readonly database: DatabaseProbe | undefined;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Health and metrics for the platform that runs the service, on a port that is not public. It answers from the start,
 * even while the service waits for its dependencies.
 *
 * - `GET /health/live`: 200 while the process answers. Checks no dependencies, since a restart would not help them.
 * - `GET /health/ready`: 200 when the service can work, otherwise 503 with the reason. An unavailable broker or cache
 *   does not count, since writes and reads work without it.
 * - `GET /metrics`: the text format of Prometheus.
 */
export class OperationsServer {
  private readonly server: Server;

  constructor(private readonly options: Options) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** @returns its address. @throws Error with the system's code, such as EADDRINUSE. */
  async listen(port: number, host: string): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    const { port: actual } = this.server.address() as AddressInfo;
    return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${actual}`;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
    await this.options.database?.close();
  }

  private async answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body } = await this.answerTo(method, url?.split('?')[0]).catch(() =>
      json(500, { status: 'failed' }),
    );
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(method === 'HEAD' ? undefined : body);
  }

  private async answerTo(method: string | undefined, path: string | undefined): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return json(405, { status: 'only GET and HEAD' });
    if (path === '/health/live') return json(200, { status: 'ok' });
    if (path === '/health/ready') return this.ready();
    if (path === '/metrics') {
      const { registry } = this.options;
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    }
    return json(404, { status: 'unknown', addresses: ['/health/live', '/health/ready', '/metrics'] });
  }

  private async ready(): Promise<Answer> {
    const { readiness, database } = this.options;
    const reason =
      readiness.reason ??
      ((await database?.answers()) === false ? 'The database does not answer.' : undefined);
    return reason ? json(503, { status: 'not ready', reason }) : json(200, { status: 'ok' });
  }
}

const json = (status: number, body: object): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});
