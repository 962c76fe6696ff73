import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, request as send, type Dispatcher } from 'undici';
import { CONFIG, currentTrace, LOGGER, Refused, type Logger } from '#platform';
import type { GatewayConfig } from '../config.js';

export type ServiceName = 'articles' | 'comments' | 'polls' | 'recommendations';

export interface UpstreamRequest {
  readonly method?: Dispatcher.HttpMethod;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Milliseconds until the whole answer must be here. */
  readonly within?: number;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A service could not be reached in time. Not a decision of the service: a stale answer may stand in. */
export class UpstreamDown extends Refused {
  constructor(service: ServiceName) {
    super(
      'service.unavailable',
      503,
      'A part of the newsroom does not answer at the moment; try again shortly.',
      {
        service,
      },
    );
  }
}

/** Connections to one service, and requests waiting for one, before more are turned away. */
const CONNECTIONS = 128;
/** Milliseconds. */
const WITHIN = 3_000;

/** Calls the services behind the gateway: pooled connections, a deadline for each call, the trace handed on. */
@Injectable()
export class Upstream implements OnApplicationShutdown {
  private readonly agent = new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    connect: { timeout: 1_000 },
  });
  private readonly urls: Record<ServiceName, string>;

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    const { articlesUrl, commentsUrl, pollsUrl, recommendationsUrl } = config;
    this.urls = {
      articles: articlesUrl,
      comments: commentsUrl,
      polls: pollsUrl,
      recommendations: recommendationsUrl,
    };
  }

  /** @throws UpstreamDown when there is no whole answer in time, whatever the reason. */
  async call(service: ServiceName, path: string, request: UpstreamRequest = {}): Promise<UpstreamAnswer> {
    const { method = 'GET', body, within = WITHIN } = request;
    const headers = Object.entries({
      ...request.headers,
      traceparent: currentTrace()?.traceparent,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }).filter((header): header is [string, string] => header[1] !== undefined);
    try {
      const answer = await send(this.urls[service] + path, {
        method,
        headers: Object.fromEntries(headers),
        body: body === undefined ? undefined : JSON.stringify(body),
        dispatcher: this.agent,
        signal: AbortSignal.timeout(within),
      });
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
    } catch (error) {
      this.log.warn({ service, method, path: path.split('?')[0], err: error }, 'a service did not answer');
      throw new UpstreamDown(service);
    }
  }

  /**
   * An answer with 2xx.
   * @throws Refused with the service's own problem for 3xx and 4xx; UpstreamDown for 5xx and for no answer.
   */
  async ok(service: ServiceName, path: string, request?: UpstreamRequest): Promise<UpstreamAnswer> {
    const answer = await this.call(service, path, request);
    if (answer.status < 300) return answer;
    if (answer.status >= 500) throw new UpstreamDown(service);
    const problem = (answer.text ? JSON.parse(answer.text) : {}) as Record<string, string>;
    const { type: _t, instance: _i, status: _s, location: _l, title, code, ...details } = problem;
    throw new Refused(code ?? 'request.refused', answer.status, title ?? 'The request was refused.', details);
  }

  /** The JSON of an answer with 2xx. @throws as {@link Upstream.ok}. */
  async json<T>(service: ServiceName, path: string, request?: UpstreamRequest): Promise<T> {
    const { text } = await this.ok(service, path, request);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.close();
  }
}
