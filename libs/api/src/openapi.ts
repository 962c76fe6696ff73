import { z } from 'zod';
import { namedSchemas } from './components.js';
import {
  isSchema,
  parametersOf,
  successStatusOf,
  type Audience,
  type RouteContract,
} from './define-route.js';
import { problemCatalogue, type ProblemCode } from './problems.js';

type Json = Record<string, unknown>;

const PROBLEM_TYPE = 'application/problem+json';
const ref = (kind: string, name: string): Json => ({ $ref: `#/components/${kind}/${name}` });

/** The OpenAPI 3.1 document of `routes`. @see https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDocument(
  routes: readonly RouteContract[],
  info: { readonly title: string; readonly version: string; readonly description?: string },
): Json {
  const schemas = jsonSchemas(routes);
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route, schemas.of);
  }
  return {
    openapi: '3.1.1',
    info,
    paths,
    components: {
      schemas: schemas.named,
      responses: sharedResponses(routes),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Names the roles of its holder.',
        },
        reader: {
          type: 'apiKey',
          in: 'cookie',
          name: 'reader',
          description: 'Set by the gateway when it is first needed; browsers send it back.',
        },
      },
    },
  };
}

/** The problems that a route can answer with: its own, and those that its other members imply. */
export function problemsOf(route: RouteContract): ProblemCode[] {
  const isForStaff = route.audience.some((audience) => !isOpen(audience));
  const implied: (ProblemCode | false | undefined)[] = [
    (route.params ?? route.query ?? route.body) !== undefined && 'request.invalid',
    route.body !== undefined && 'request.too-large',
    route.body !== undefined && 'request.media-type',
    'request.too-long',
    (isForStaff || route.audience.includes('subscribed-reader')) && 'auth.required',
    isForStaff && 'auth.forbidden',
    route.audience.includes('reader') && 'reader.unknown',
    route.ifMatch === 'required' && 'precondition.required',
    route.ifMatch && 'precondition.invalid',
    route.idempotencyKey && 'idempotency-key.invalid',
    'service.unavailable',
    route.method !== 'GET' && 'outcome.unknown',
    ...(route.problems ?? []),
  ];
  return [...new Set(implied.filter((code): code is ProblemCode => Boolean(code)))];
}

function operation(route: RouteContract, schemaOf: (schema: z.ZodType) => Json): Json {
  const { method, path, summary, description, params, query, body, ifMatch, idempotencyKey } = route;
  const parameters = [
    ...fields('path', params, schemaOf),
    ...fields('query', query, schemaOf),
    ...(ifMatch ? [header('If-Match', 'The ETag of the version to change.', ifMatch === 'required')] : []),
    ...(idempotencyKey
      ? [
          header(
            'Idempotency-Key',
            'A repeated request with the same key gets the first answer again.',
            false,
          ),
        ]
      : []),
  ];
  return {
    operationId: operationIdOf(method, path),
    tags: [tagOf(path)],
    summary,
    ...(description && { description }),
    security: securityOf(route.audience),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: {
      [successStatusOf(route)]: success(route, schemaOf),
      ...(route.redirects && {
        301: { description: 'The slug has changed; `Location` is the new address.' },
      }),
      ...(route.cached && { 304: { description: 'The client already has the current version.' } }),
      ...problemResponses(route),
    },
  };
}

const header = (name: string, description: string, required: boolean): Json => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string' },
});

function fields(
  place: 'path' | 'query',
  object: z.ZodObject | undefined,
  schemaOf: (schema: z.ZodType) => Json,
) {
  if (!object) return [];
  const { properties = {}, required = [] } = schemaOf(object) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function success({ response, etag, cached }: RouteContract, schemaOf: (schema: z.ZodType) => Json): Json {
  if (response === null) return { description: 'Done.' };
  const string = { schema: { type: 'string' } };
  const headers = {
    ...((etag ?? cached) && { ETag: string }),
    ...(cached && { 'Cache-Control': string, 'Surrogate-Key': string }),
  };
  const content = isSchema(response)
    ? { 'application/json': { schema: schemaOf(response) } }
    : { [response.mediaType]: string };
  return { description: 'Success.', ...(Object.keys(headers).length > 0 && { headers }), content };
}

/** The codes that a route can answer with, by their status. */
function codesByStatus(route: RouteContract): [status: number, codes: ProblemCode[]][] {
  const byStatus = Map.groupBy(problemsOf(route), (code): number => problemCatalogue[code][0]);
  // A body that is not JSON gets the same code as one with invalid values.
  if (route.body) byStatus.set(400, ['request.invalid', ...(byStatus.get(400) ?? [])]);
  return [...byStatus];
}

const responseName = (codes: readonly ProblemCode[]): string => codes.join('_or_');

/** One response per status, shared by all routes with the same codes. */
const problemResponses = (route: RouteContract): Json =>
  Object.fromEntries(
    codesByStatus(route).map(([status, codes]) => [status, ref('responses', responseName(codes))]),
  );

/** The responses that {@link problemResponses} refers to. */
function sharedResponses(routes: readonly RouteContract[]): Json {
  const sets = routes.flatMap(codesByStatus).map(([, codes]) => [responseName(codes), codes] as const);
  return Object.fromEntries(
    [...new Map(sets)]
      .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
      .map(([name, codes]) => [name, problemResponse(codes)]),
  );
}

const problemResponse = (codes: readonly ProblemCode[]): Json => ({
  description: codes.map((code) => `\`${code}\`: ${problemCatalogue[code][1]}`).join('\n\n'),
  content: {
    [PROBLEM_TYPE]: {
      schema: { allOf: [ref('schemas', 'Problem'), { properties: { code: { enum: codes } } }] },
    },
  },
});

const isOpen = (audience: Audience): boolean =>
  audience === 'anyone' || audience === 'reader' || audience === 'subscribed-reader';

/** An empty requirement makes the others optional. */
function securityOf(audience: readonly Audience[]): Json[] {
  if (audience.includes('anyone')) {
    return audience.includes('subscribed-reader') ? [{}, { token: ['reader'] }] : [];
  }
  const roles = audience.filter((one) => !isOpen(one));
  return [
    ...(audience.includes('reader') ? [{ reader: [] }] : []),
    ...(roles.length > 0 ? [{ token: roles }] : []),
  ];
}

/** `PUT /v1/polls/{id}/ballot` is `putPollsByIdBallot`: as stable as the path. */
function operationIdOf(method: string, path: string): string {
  const words = path
    .split('/')
    .filter((segment) => segment !== '' && segment !== 'v1')
    .map((segment) => segment.replace(/^\{(\w+)\}$/, 'by-$1').split(/[^A-Za-z0-9]+/));
  return (
    method.toLowerCase() +
    words
      .flat()
      .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
      .join('')
  );
}

function tagOf(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== 'v1');
  const [first = 'other', second] = segments.filter((segment) => parametersOf(segment).length === 0);
  return first === 'editorial' && second ? `editorial ${second}` : first;
}

/**
 * The JSON Schemas of all requests and responses. All are made in one run, so that they can refer to the named ones;
 * unnamed ones have an id for this run only. Direction `input`: a request before defaults are filled in, and a response
 * whose clients ignore unknown members, so that an additional member breaks no client.
 */
function jsonSchemas(routes: readonly RouteContract[]): {
  named: Record<string, Json>;
  of: (schema: z.ZodType) => Json;
} {
  const ids = new Map(namedSchemas);
  for (const { params, query, body, response } of routes) {
    for (const part of [params, query, body, response]) {
      if (part instanceof z.ZodType && !ids.has(part)) ids.set(part, `${UNNAMED}${ids.size}`);
    }
  }
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of ids) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    target: 'draft-2020-12',
    uri: (id) => `#/components/schemas/${id}`,
    override: simplify,
  }) as { schemas: Record<string, Json> };
  for (const schema of Object.values(schemas)) {
    delete schema['$schema'];
    delete schema['$id'];
  }
  const named = Object.entries(schemas).filter(([id]) => !id.startsWith(UNNAMED));
  return {
    named: Object.fromEntries(named.toSorted(([a], [b]) => a.localeCompare(b, 'en'))),
    of: (schema) => {
      const id = ids.get(schema)!;
      return id.startsWith(UNNAMED) ? schemas[id]! : ref('schemas', id);
    },
  };
}

const UNNAMED = 'unnamed:';

/** Removes patterns that repeat a format and limits of JavaScript's integers, and names the discriminator of a union. */
function simplify({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  const { discriminator } = zodSchema._zod.def as { discriminator?: string };
  const isOfReferences = jsonSchema.oneOf?.every(({ $ref }) => $ref !== undefined);
  if (discriminator && isOfReferences) {
    (jsonSchema as Json)['discriminator'] = { propertyName: discriminator };
  }
  if (jsonSchema.format && jsonSchema.pattern) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
