import { isDeepStrictEqual } from 'node:util';
import { declaredRoutes, isSchema, problemsOf, successStatusOf, type RouteContract } from '#api';
import { callApi, type ApiCall, type TestAnswer } from './call-api.js';

/**
 * Calls a route of the gateway or of a service, and checks the answer against the route's contract.
 * @throws Error that says how they differ.
 */
export async function callByContract<Body = Record<string, unknown>>(
  url: string,
  call: ApiCall = {},
): Promise<TestAnswer<Body>> {
  const answer = await callApi<Body>(url, call);
  const { pathname } = new URL(url);
  const isGateway = pathname.startsWith('/v1/');
  const path = isGateway ? pathname : `/v1${pathname}`;
  const exchange = { method: call.method ?? 'GET', path, status: answer.status, body: answer.body };
  const violation = contractViolation(exchange, isGateway ? 'gateway' : 'service');
  if (violation) throw new Error(violation);
  return answer;
}

interface Exchange {
  readonly method: string;
  /** Of the public API: begins with `/v1`. */
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

/** Problems that any route may answer with: faults, and what a proxy or the framework refuses. */
const ANYWHERE = ['internal', 'client.gone', 'auth.unavailable', 'origin.refused'];

/** How an answer differs from its route's contract; undefined when it conforms, or when no route is declared there. */
function contractViolation(
  { method, path, status, body }: Exchange,
  server: 'gateway' | 'service',
): string | undefined {
  const route = routeOf(method, path);
  if (!route || (server === 'service' && route.composed)) return undefined;
  const what = `${method} ${path} answered ${status}`;
  if (status === 304 && route.cached) return undefined;
  if (status === 301) return route.redirects ? undefined : `${what}; the contract has no redirects`;
  if (status >= 300) {
    const { code } = (body ?? {}) as { code?: string };
    const codes: readonly string[] = [...problemsOf(route), ...ANYWHERE];
    return codes.includes(code ?? '') ? undefined : `${what} ${code}, which the contract does not have`;
  }
  const expected = successStatusOf(route);
  if (status !== expected) return `${what}; the contract has ${expected}`;
  if (!isSchema(route.response)) return undefined;
  const parsed = route.response.safeParse(body);
  if (!parsed.success) return `${what}: ${JSON.stringify(parsed.error.issues.slice(0, 3))}`;
  if (isDeepStrictEqual(parsed.data, body)) return undefined;
  return `${what} with members that the contract does not have: ${JSON.stringify(body).slice(0, 2_000)} instead of ${JSON.stringify(parsed.data).slice(0, 2_000)}`;
}

interface Matcher {
  readonly route: RouteContract;
  readonly pattern: RegExp;
}

let matchers: readonly Matcher[] | undefined;

/** Literal segments win over parameters, as in the router. */
function routeOf(method: string, path: string): RouteContract | undefined {
  matchers ??= declaredRoutes()
    .map((route) => ({
      route,
      pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    }))
    .toSorted((a, b) => parameters(a.route) - parameters(b.route));
  const [pathname] = path.split('?');
  return matchers.find(({ route, pattern }) => route.method === method && pattern.test(pathname!))?.route;
}

const parameters = ({ path }: RouteContract): number => path.split('{').length;
