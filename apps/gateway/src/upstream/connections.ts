import { Agent, request as send, type Dispatcher } from 'undici';
import { mayRetry } from './failure.rules.js';

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

export interface Outgoing {
  readonly method: Dispatcher.HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Aborts the call and closes its connection. */
  readonly signal: AbortSignal;
}

const limits = {
  /** Connections to one service; the bulkheads let fewer calls through. */
  connections: 128,
  connect: { timeout: 1_000 },
  /** Bytes of an answer; a longer one fails. */
  maxResponseSize: 4 * 1024 * 1024,
} as const;

/** Pooled connections to the services. Idle ones are closed long before the services' own timeout of 65 s. */
export class Connections {
  private readonly kept = new Agent({
    ...limits,
    pipelining: 1,
    keepAliveTimeout: 10_000,
    keepAliveMaxTimeout: 30_000,
  });
  /** Opens one connection per call: after a reset, other pooled connections may be dead as well. */
  private readonly fresh = new Agent({ ...limits, pipelining: 0 });

  /**
   * Sends a request, and retries it once on a new connection where that is safe.
   * @returns the whole answer, whatever its status.
   * @throws the error of the last attempt.
   */
  async send(url: string, request: Outgoing, onRetry: (cause: unknown) => void): Promise<UpstreamAnswer> {
    try {
      return await exchange(this.kept, url, request);
    } catch (error) {
      if (request.signal.aborted || !mayRetry(request.method, error)) throw error;
      onRetry(error);
      return exchange(this.fresh, url, request);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.kept.close(), this.fresh.close()]);
  }
}

async function exchange(dispatcher: Agent, url: string, request: Outgoing): Promise<UpstreamAnswer> {
  const { statusCode, headers, body } = await send(url, { ...request, dispatcher });
  return { status: statusCode, headers, bytes: Buffer.from(await body.arrayBuffer()) };
}
