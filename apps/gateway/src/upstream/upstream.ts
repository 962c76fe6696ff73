import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Registry } from 'prom-client';
import type { Dispatcher } from 'undici';
import { ClientGone, commonProblems, Refused } from '#http';
import { CONFIG, currentTrace, LOGGER, type Logger } from '#platform';
import { services } from '../../../services.js';
import type { GatewayConfig } from '../config.js';
import { Busy, OutcomeUnknown, refuse, ServiceBusy, UpstreamDown } from '../problems.js';
import { Breaker } from './breaker.js';
import { Connections, type UpstreamAnswer } from './connections.js';
import { isSafe, isUnsent, isTooLarge } from './failure.rules.js';
import { parseAnswer } from './json-answer.js';
import { laneLimits, Lanes, type Lane } from './lanes.js';
import type { ServiceName } from './service-name.js';

export interface UpstreamRequest {
  readonly method?: Dispatcher.HttpMethod;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly lane?: Lane;
  /** Milliseconds that the call may take once it is sent. */
  readonly within?: number;
  /** Cancels a call that nobody waits for any more, but no change that was sent: its outcome should be known. */
  readonly signal?: AbortSignal;
}

/** The articles service has no breaker: without the article there is no page, so it is always called. */
const breakerLimits = { failures: 5, rest: 1_000 };

/** Calls the services behind the gateway, each kind of call in its own lane and each call with a deadline. */
@Injectable()
export class Upstream implements OnApplicationShutdown {
  private readonly connections = new Connections();
  private readonly lanes: Lanes;
  private readonly urls: Record<ServiceName, string>;
  private readonly breakers: Partial<Record<ServiceName, Breaker>> = Object.fromEntries(
    services.gateway.calls
      .filter((name) => name !== 'articles')
      .map((name) => [name, new Breaker(breakerLimits)]),
  );

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
    @Inject(LOGGER) private readonly log: Logger,
    registry: Registry,
  ) {
    const urls = services.gateway.calls.map((name) => [name, config[`${name}Url`]] as const);
    this.urls = Object.fromEntries(urls) as Record<ServiceName, string>;
    this.lanes = new Lanes(registry);
  }

  /**
   * The service's own answer, whatever its status.
   * @throws UpstreamDown when no answer from the service arrives in time; for a change, only if it certainly had no effect,
   * otherwise OutcomeUnknown; ClientGone.
   */
  async call(service: ServiceName, path: string, request: UpstreamRequest = {}): Promise<UpstreamAnswer> {
    const { method = 'GET', lane = 'read', signal } = request;
    const body = request.body === undefined ? undefined : jsonText(request.body);
    const breaker = lane === 'read' ? this.breakers[service] : undefined;
    if (breaker && !breaker.admits()) {
      this.lanes.failed(service, lane, 'open');
      throw new UpstreamDown(service);
    }
    try {
      const answer = await this.lanes
        .of(service, lane)
        .run(() => this.send(service, path, { ...request, method, lane }, body), signal);
      breaker?.succeeded();
      return answer;
    } catch (error) {
      const problem = problemOf(error, service, method, signal);
      this.lanes.failed(service, lane, problem.reason);
      // A service whose answer is too large is available.
      if (isTooLarge(error)) breaker?.succeeded();
      else if (problem.reason === 'unavailable') breaker?.failed();
      // The retraction poller calls several times per second and logs its failures itself.
      if (lane !== 'retractions' && (problem.reason === 'unavailable' || problem.reason === 'unknown')) {
        this.log.warn({ service, method, path: withoutQuery(path), err: error }, problem.refusal.title);
      }
      throw problem.refusal;
    }
  }

  /**
   * A 2xx answer.
   * @throws Refused with the service's own problem for 3xx and 4xx; UpstreamDown for 5xx and for no answer; ClientGone.
   */
  async ok(service: ServiceName, path: string, request?: UpstreamRequest): Promise<UpstreamAnswer> {
    const answer = await this.call(service, path, request);
    if (answer.status < 300) return answer;
    if (answer.status >= 500) throw new UpstreamDown(service);
    const problem = parseAnswer<Record<string, string>>(
      service,
      answer.bytes.length > 0 ? answer.bytes : EMPTY,
    );
    const [, noTitle] = commonProblems['request.refused'];
    const { type: _t, instance: _i, status: _s, location: _l, title = noTitle, code, ...details } = problem;
    throw new Refused(code ?? 'request.refused', answer.status, title, details);
  }

  /** The JSON of a 2xx answer. @throws as {@link Upstream.ok}; UpstreamDown for an answer that is not JSON. */
  async json<T>(service: ServiceName, path: string, request?: UpstreamRequest): Promise<T> {
    return parseAnswer<T>(service, (await this.ok(service, path, request)).bytes);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connections.close();
  }

  private async send(
    service: ServiceName,
    path: string,
    {
      method,
      lane,
      headers,
      within,
      signal,
    }: UpstreamRequest & Required<Pick<UpstreamRequest, 'method' | 'lane'>>,
    body: string | undefined,
  ): Promise<UpstreamAnswer> {
    const deadline = AbortSignal.timeout(within ?? laneLimits[lane].within);
    const answer = await this.connections.send(
      this.urls[service] + path,
      {
        method,
        headers: present({
          ...headers,
          traceparent: currentTrace()?.traceparent,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        }),
        body,
        signal: signal && isSafe(method) ? AbortSignal.any([deadline, signal]) : deadline,
      },
      () => this.lanes.retried(service),
    );
    const { status } = answer;
    if (signal?.aborted) {
      this.log.info(
        { service, method, path: withoutQuery(path), status },
        'the service answered after the client had disconnected',
      );
    }
    const mustBeJson = status >= 300 || !isSafe(method);
    if (mustBeJson && answer.bytes.length > 0 && !isJson(answer)) throw new NotTheService(status);
    return answer;
  }
}

/** A proxy in between has answered instead of the service. */
class NotTheService extends Error {
  constructor(readonly status: number) {
    super(`${status} without JSON: not an answer from the service`);
  }

  get isRefusal(): boolean {
    return this.status >= 300 && this.status < 500;
  }
}

function problemOf(error: unknown, service: ServiceName, method: string, signal: AbortSignal | undefined) {
  if (error instanceof Busy) return { reason: 'busy', refusal: new ServiceBusy(service) } as const;
  if (error instanceof ClientGone) return { reason: 'cancelled', refusal: error } as const;
  if (isSafe(method) && signal?.aborted) return { reason: 'cancelled', refusal: new ClientGone() } as const;
  const wasSent = !isUnsent(error) && !(error instanceof NotTheService && error.isRefusal);
  return isSafe(method) || !wasSent
    ? ({ reason: 'unavailable', refusal: new UpstreamDown(service) } as const)
    : ({ reason: 'unknown', refusal: new OutcomeUnknown(service) } as const);
}

const EMPTY = Buffer.from('{}');

/** @throws Refused `request.invalid` for values that are nested too deeply to serialize. */
function jsonText(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    throw refuse('request.invalid', { detail: 'The body is nested too deeply.' });
  }
}

const isJson = ({ headers }: UpstreamAnswer): boolean => /[/+]json\b/.test(String(headers['content-type']));

const withoutQuery = (path: string): string => path.split('?')[0]!;

const present = (headers: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((header): header is [string, string] => header[1] !== undefined),
  );
