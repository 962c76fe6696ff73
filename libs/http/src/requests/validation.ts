import { StandardSchemaValidationPipe, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { refuse } from '../problems/refusals.js';
import type { Refused } from '../problems/refused.js';

type Issue = {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
};

/** Maximum number of errors in an answer. */
const MAX_ERRORS = 50;

const invalid = (issues: readonly Issue[]): Refused =>
  refuse('request.invalid', {
    errors: issues
      .slice(0, MAX_ERRORS)
      .map((issue) => ({ pointer: pointerOf(issue), detail: issue.message })),
  });

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param({ schema })`; answers 422 with one JSON pointer per error. */
export const validationPipe = (): PipeTransform =>
  new StandardSchemaValidationPipe({ exceptionFactory: invalid });

/**
 * Checks a value that is not a parameter of the route.
 * @throws Refused `request.invalid`.
 */
export function parseOrRefuse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalid(result.error.issues);
  return result.data;
}

/** The JSON pointer of an error (RFC 6901). */
function pointerOf({ path = [] }: Issue): string {
  const segments = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return segments.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
