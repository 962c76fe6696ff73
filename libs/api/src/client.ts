import { isSchema, type CallOf, type DataOf, type RouteContract } from './define-route.js';
import { Problem } from './problems.js';

export interface ClientOptions {
  /** The gateway, or a service: `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  /** Sent with every call, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds within which the whole answer must arrive; by default 10,000. */
  readonly within?: number;
  /** Sends a request; by default `fetch`. */
  readonly send?: (url: string, request: RequestInit) => Promise<Response>;
}

/** Options of a call besides the parts in its contract. */
export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The server refused a call, or failed: the problem it sent (RFC 9457). */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(`${status} ${problem.code}: ${problem.title}`);
  }
}

/** Calls a route by its contract. */
export type Client = <R extends RouteContract>(
  route: R,
  call: CallOf<R>,
  options?: CallOptions,
) => Promise<DataOf<R>>;

/**
 * A typed client for routes with a contract. Answers are parsed by the contract's schema: members that it does not name
 * are dropped. Redirects are followed.
 *
 * A call rejects with {@link CallRefused} for a status from 400 on, with a ZodError for an answer that breaks the contract,
 * and with the error of `send` when there is no answer in time.
 */
export function createClient({
  baseUrl,
  headers = {},
  within = 10_000,
  send = fetch,
}: ClientOptions): Client {
  return async (route, call, options = {}) => {
    const { params = {}, query = {}, body, ifMatch, idempotencyKey } = call as Parts;
    const deadline = AbortSignal.timeout(within);
    const response = await send(baseUrl + urlOf(route.path, params, query), {
      method: route.method,
      headers: {
        ...headers,
        ...options.headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: options.signal ? AbortSignal.any([deadline, options.signal]) : deadline,
    });
    return (await dataOf(route, response)) as DataOf<typeof route>;
  };
}

interface Parts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly ifMatch?: number;
  readonly idempotencyKey?: string;
}

/** The path and query of a call. */
export function urlOf(
  path: string,
  params: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, unknown>>,
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return filled;
  return `${filled}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

async function dataOf({ response: contract }: RouteContract, response: Response): Promise<unknown> {
  if (!response.ok) throw new CallRefused(response.status, await problemOf(response));
  if (contract === null) return undefined;
  return isSchema(contract) ? contract.parse(await response.json()) : await response.text();
}

/** A proxy may answer with something other than a problem. */
async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    return Problem.parse(JSON.parse(text));
  } catch {
    return {
      type: 'about:blank',
      title: response.statusText,
      status: response.status,
      code: 'answer.no-problem',
    };
  }
}
