import { StandardSchemaValidationPipe, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { Refused } from '../problems/problems.js';

type Issue = {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
};

const invalid = (issues: readonly Issue[]): Refused =>
  new Refused('request.invalid', 422, 'The request has values that are not allowed.', {
    errors: issues.slice(0, 50).map((issue) => ({ pointer: pointerOf(issue), detail: issue.message })),
  });

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param({ schema })`; answers 422 with a pointer a complaint. */
export const validationPipe = (): PipeTransform =>
  new StandardSchemaValidationPipe({ exceptionFactory: invalid });

/**
 * Checks a value outside a route's parameters.
 * @throws Refused `request.invalid`.
 */
export function valid<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalid(result.error.issues);
  return result.data;
}

function pointerOf({ path = [] }: Issue): string {
  const segments = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return segments.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
