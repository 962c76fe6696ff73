import type { z } from 'zod';
import type { ProblemCode } from './problems.js';

export const staffRoles = ['author', 'editor', 'moderator', 'sales', 'operator'] as const;
export type StaffRole = (typeof staffRoles)[number];

/**
 * Who may call a route: anyone, a reader known by the cookie of the gateway, a reader whose token names a subscription,
 * or staff who hold this role.
 */
export type Audience = 'anyone' | 'reader' | 'subscribed-reader' | StaffRole;

/** A response that is not JSON, such as a feed. */
export interface Media {
  readonly mediaType: `${string}/${string}`;
}

/**
 * The contract of one HTTP route. Validation, the audience check, the types of handlers and clients, and the OpenAPI
 * document are derived from this value.
 */
export interface RouteContract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The public path, the same in the gateway and in the service that owns the route; `{name}` is a parameter. */
  readonly path: `/${string}`;
  /** One line that says what the route does. */
  readonly summary: string;
  readonly description?: string;
  /** The caller must belong to at least one of these. */
  readonly audience: readonly [Audience, ...Audience[]];
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** `If-Match` names the version that the request changes. */
  readonly ifMatch?: 'required' | 'optional';
  /** `Idempotency-Key` is accepted: a repeated request gets the first answer. */
  readonly idempotencyKey?: true;
  /** The status of a success: 200 unless given, or 204 when `response` is null. */
  readonly status?: 200 | 201 | 202;
  /** The body of a success: JSON of this schema, another media type, or nothing. */
  readonly response: z.ZodType | Media | null;
  /** The member of the response that is its version, which a change names in `If-Match`: sent as a strong `ETag`. */
  readonly etag?: string;
  /** A public answer that caches may keep, with `ETag`, `Cache-Control` and `Surrogate-Key`; 304 for a client that has it. */
  readonly cached?: true;
  /** The gateway composes the answer from several services; no service answers it alone. */
  readonly composed?: true;
  /** Answers 301 with `Location` for a former slug. */
  readonly redirects?: true;
  /** Problems of this route beyond those that its other members imply. */
  readonly problems?: readonly ProblemCode[];
}

type Part = 'params' | 'query' | 'body' | 'ifMatch' | 'idempotencyKey';

/** What a handler of the route receives: the parsed parts of the request. */
export type RequestOf<R extends RouteContract> = {
  readonly [K in keyof R & Part]: K extends 'ifMatch'
    ? Version<R>
    : K extends 'idempotencyKey'
      ? string | undefined
      : R[K] extends z.ZodType
        ? z.output<R[K]>
        : never;
};

/** What a handler of the route returns. */
export type ResultOf<R extends RouteContract> = R['response'] extends z.ZodType
  ? z.input<R['response']>
  : R['response'] extends Media
    ? string | Uint8Array
    : void;

type Version<R> = R extends { readonly ifMatch: 'required' } ? number : number | undefined;

/** What a client of the route sends. */
export type CallOf<R extends RouteContract> = {
  readonly [K in keyof R & ('params' | 'body')]: R[K] extends z.ZodType ? z.input<R[K]> : never;
} & (R extends { readonly ifMatch: 'required' }
  ? { readonly ifMatch: number }
  : { readonly [K in keyof R & 'ifMatch']?: number }) & {
    readonly [K in keyof R & 'idempotencyKey']?: string;
  } & QueryOf<R>;

type QueryOf<R> = R extends { readonly query: infer Query extends z.ZodType }
  ? object extends z.input<Query>
    ? { readonly query?: z.input<Query> }
    : { readonly query: z.input<Query> }
  : unknown;

/** What a client of the route receives. */
export type DataOf<R extends RouteContract> = R['response'] extends z.ZodType
  ? z.output<R['response']>
  : R['response'] extends Media
    ? string
    : undefined;

/** Refuses members that a contract does not have, such as a misspelt `ifmatch`. */
type Exact<R> = { readonly [K in Exclude<keyof R, keyof RouteContract>]: never };

const routes = new Map<string, RouteContract>();

/** Every declared route, in the order of their paths. */
export const declaredRoutes = (): RouteContract[] =>
  [...routes.values()].toSorted((a, b) => keyOf(a).localeCompare(keyOf(b), 'en'));

/**
 * Declares a route.
 * @throws Error when method and path are declared twice, or when the path and `params` name different parameters.
 */
export function defineRoute<const R extends RouteContract>(route: R & Exact<R>): R {
  const key = keyOf(route);
  if (routes.has(key)) throw new Error(`${key} is declared twice.`);
  const inPath = parametersOf(route.path).toSorted().join(', ');
  const inParams = Object.keys(route.params?.shape ?? {})
    .toSorted()
    .join(', ');
  if (inPath !== inParams) {
    throw new Error(`${key}: its path has the parameters {${inPath}}, but params declares {${inParams}}.`);
  }
  routes.set(key, route);
  return route;
}

/** The names of the parameters in a path. */
export const parametersOf = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);

/** The status that a success of the route has. */
export const successStatusOf = ({ status, response }: RouteContract): number =>
  status ?? (response === null ? 204 : 200);

export const isSchema = (response: RouteContract['response']): response is z.ZodType =>
  response !== null && !('mediaType' in response);

/** Two routes are the same when they differ in the names of their parameters alone. */
const keyOf = ({ method, path }: RouteContract): string => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`;
