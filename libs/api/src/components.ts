import type { z } from 'zod';

/**
 * The schemas that the OpenAPI document names. Not zod's `.meta({ id })`: its registry is global, and the JSON Schemas of
 * events would turn into references.
 */
export const namedSchemas = new Map<z.ZodType, string>();

/** Gives a schema a name in the OpenAPI document; routes that use it refer to it by that name. */
export function named<Schema extends z.ZodType>(name: string, schema: Schema): Schema {
  namedSchemas.set(schema, name);
  return schema;
}
