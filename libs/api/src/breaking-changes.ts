/**
 * Finds the changes of an OpenAPI document that break clients. An additional operation, optional member or union kind
 * breaks no client; anything else that a client sends or reads must stay.
 */

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Json;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: Json }>>;

/** Whether a client sends the value, or reads it. */
type Direction = 'sent' | 'read';

interface Documents {
  readonly before: Json;
  readonly after: Json;
}

/** One line per change that breaks a client. */
export function breakingChanges(before: Json, after: Json): string[] {
  const documents = { before, after };
  return Object.entries(operationsOf(before)).flatMap(([key, operation]) => {
    const now = operationsOf(after)[key];
    if (!now) return [`${key} was removed`];
    return [
      ...parameterChanges(documents, operation, now),
      ...contentChanges(documents, operation.requestBody?.content, now.requestBody?.content, 'sent', 'body'),
      ...responseChanges(documents, operation, now),
    ].map((change) => `${key}: ${change}`);
  });
}

const operationsOf = (document: Json): Record<string, Operation> =>
  Object.fromEntries(
    Object.entries(document['paths'] as Record<string, Record<string, Operation>>).flatMap(
      ([path, operations]) =>
        Object.entries(operations).map(([method, operation]) => [
          `${method.toUpperCase()} ${path}`,
          operation,
        ]),
    ),
  );

interface Named {
  readonly name: string;
  readonly in: string;
}

const same =
  (a: Named) =>
  (b: Named): boolean =>
    a.name === b.name && a.in === b.in;

function parameterChanges(documents: Documents, before: Operation, after: Operation): string[] {
  const earlier = before.parameters ?? [];
  const now = after.parameters ?? [];
  const changed = earlier.flatMap((parameter) => {
    const at = `${parameter.in} ${parameter.name}`;
    const found = now.find(same(parameter));
    if (!found) return [`${at} was removed`];
    if (found.required && !parameter.required) return [`${at} is required now`];
    return schemaChanges(documents, parameter.schema, found.schema, 'sent', at);
  });
  const added = now.filter((parameter) => parameter.required && !earlier.some(same(parameter)));
  return [...changed, ...added.map(({ name, in: place }) => `${place} ${name} is required now`)];
}

function responseChanges(documents: Documents, before: Operation, after: Operation): string[] {
  return Object.entries(before.responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([status, { content }]) => {
      const now = after.responses[status];
      if (!now) return [`no longer answers ${status}`];
      return contentChanges(documents, content, now.content, 'read', status);
    });
}

function contentChanges(
  documents: Documents,
  before: Content | undefined,
  after: Content | undefined,
  direction: Direction,
  at: string,
): string[] {
  if (!before && after && direction === 'sent') return [`${at} is required now`];
  return Object.entries(before ?? {}).flatMap(([type, { schema }]) => {
    const now = after?.[type];
    return now ? schemaChanges(documents, schema, now.schema, direction, at) : [`${at} ${type} was removed`];
  });
}

/** Limits, and whether a larger value allows more. */
const limits = {
  maxLength: true,
  maximum: true,
  maxItems: true,
  minLength: false,
  minimum: false,
  minItems: false,
};

function schemaChanges(
  documents: Documents,
  before: Json,
  after: Json,
  direction: Direction,
  at: string,
  seen: readonly string[] = [],
): string[] {
  const ref = `${String(before['$ref'])} ${String(after['$ref'])}`;
  if (before['$ref'] !== undefined && seen.includes(ref)) return [];
  const [a, b] = [resolved(documents.before, before), resolved(documents.after, after)];
  const go = (from: Json, to: Json, where: string) =>
    schemaChanges(documents, from, to, direction, where, [...seen, ref]);
  if (JSON.stringify(a['type']) !== JSON.stringify(b['type'])) {
    return [`${at} was ${String(a['type'])} and is ${String(b['type'])}`];
  }
  return [
    ...valueChanges(a, b, direction, at),
    ...memberChanges(a, b, direction, at, go),
    ...(a['items'] && b['items'] ? go(a['items'] as Json, b['items'] as Json, `${at}[]`) : []),
    ...unionChanges(a, b, at, go),
  ];
}

function valueChanges(a: Json, b: Json, direction: Direction, at: string): string[] {
  const [from, to] = direction === 'sent' ? [a, b] : [b, a];
  const allowed = to['enum'] ?? (to['const'] === undefined ? undefined : [to['const']]);
  const used = from['enum'] ?? (from['const'] === undefined ? undefined : [from['const']]);
  const missing = Array.isArray(allowed)
    ? Array.isArray(used)
      ? used.filter((value) => !allowed.includes(value))
      : ['any other value']
    : [];
  const narrower =
    direction === 'sent'
      ? Object.entries(limits).filter(([name, isUpper]) => isNarrower(a[name], b[name], isUpper))
      : [];
  return [
    ...missing.map((value) =>
      direction === 'sent' ? `${at} no longer accepts ${String(value)}` : `${at} can be ${String(value)} now`,
    ),
    ...narrower.map(
      ([name]) => `${at} has ${name} ${String(b[name])} instead of ${String(a[name] ?? 'none')}`,
    ),
  ];
}

const isNarrower = (before: unknown, after: unknown, isUpper: boolean): boolean =>
  typeof after === 'number' &&
  (typeof before !== 'number' || (isUpper ? after < before : after > before)) &&
  !(before === undefined && !isUpper && after === 0);

type Go = (from: Json, to: Json, where: string) => string[];

function memberChanges(a: Json, b: Json, direction: Direction, at: string, go: Go): string[] {
  const earlier = (a['properties'] ?? {}) as Record<string, Json>;
  const now = (b['properties'] ?? {}) as Record<string, Json>;
  const required = (schema: Json): readonly string[] => (schema['required'] as string[] | undefined) ?? [];
  const changes = Object.entries(earlier).flatMap(([name, schema]) => {
    const where = `${at}.${name}`;
    if (!now[name]) return [`${where} was removed`];
    const isLost = direction === 'read' && required(a).includes(name) && !required(b).includes(name);
    return [...(isLost ? [`${where} can be missing now`] : []), ...go(schema, now[name], where)];
  });
  const demanded = direction === 'sent' ? required(b).filter((name) => !required(a).includes(name)) : [];
  return [...changes, ...demanded.map((name) => `${at}.${name} is required now`)];
}

/** Kinds are compared by position, so an additional one must come last. */
function unionChanges(a: Json, b: Json, at: string, go: Go): string[] {
  return ['oneOf', 'anyOf', 'allOf'].flatMap((union) => {
    const earlier = (a[union] ?? []) as Json[];
    const now = (b[union] ?? []) as Json[];
    return earlier.flatMap((kind, i) =>
      now[i] ? go(kind, now[i], `${at}(${i})`) : [`${at} no longer has kind ${i}`],
    );
  });
}

function resolved(document: Json, schema: Json): Json {
  const ref = schema['$ref'];
  if (typeof ref !== 'string') return schema;
  const schemas = (document['components'] as { schemas: Record<string, Json> }).schemas;
  return schemas[ref.slice('#/components/schemas/'.length)]!;
}
