import { SetMetadata, type CustomDecorator, type Type } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#platform';

/** DI token of the audiences that routes of a service can declare. */
export const AUDIENCES = Symbol('audiences');

/**
 * A kind of caller that routes can be declared for, such as readers or people with a role. To add one, write a class
 * and its decorator in one file, and put the class into the `audiences` of the service.
 */
export interface Audience<Options = unknown> {
  /**
   * Finds out who has sent the request.
   * @returns what the request's context keeps about the caller.
   * @throws Refused when the route is not for this caller.
   */
  recognize(request: FastifyRequest, options: Options): Caller | Promise<Caller>;
}

export interface DeclaredAudience<Options = unknown> {
  readonly audience: Type<Audience<Options>>;
  readonly options: Options;
}

export const AUDIENCE = 'audience';

/** Makes the decorator that declares the audience of a route, or of each route of a controller. */
export const declareAudience = <Options>(
  audience: Type<Audience<Options>>,
  options: Options,
): CustomDecorator => SetMetadata(AUDIENCE, { audience, options } satisfies DeclaredAudience<Options>);
