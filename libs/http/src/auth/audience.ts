import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Refused } from '../problems/problems.js';

/** What people of the newsroom may be. */
export const staffRoles = ['author', 'editor', 'moderator', 'sales', 'operator'] as const;
/** `reader` is somebody with an account on the site; it opens nothing in the newsroom. */
export const roles = [...staffRoles, 'reader'] as const;
export type Role = (typeof roles)[number];

/** Who is acting, from a verified bearer token. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** A reader who may read what is for subscribers. */
  readonly isSubscriber: boolean;
}

export const AUDIENCE = 'audience';
export type DeclaredAudience = 'anyone' | 'anyone-or-subscribers' | 'reader' | readonly Role[];

/** Whom a route is for. Without one of these four a route is refused. */
export const ForAnyone = () => SetMetadata(AUDIENCE, 'anyone' satisfies DeclaredAudience);
/** Anyone, of whom subscribers see more. Nobody needs a bearer token; one that is sent must be valid. */
export const ForAnyoneOrSubscribers = () =>
  SetMetadata(AUDIENCE, 'anyone-or-subscribers' satisfies DeclaredAudience);
/** Readers without a login, known by the token that the gateway gave them. */
export const ForReaders = () => SetMetadata(AUDIENCE, 'reader' satisfies DeclaredAudience);
/** People of the newsroom who hold at least one of these roles. */
export const ForRoles = (...allowed: [Role, ...Role[]]) =>
  SetMetadata(AUDIENCE, allowed satisfies DeclaredAudience);

/** What the guard found out about the caller. */
export interface Caller {
  actor?: Actor;
  readerId?: string;
}

const callers = new WeakMap<object, Caller>();
export const callerOf = (request: object): Caller => {
  const caller = callers.get(request) ?? {};
  callers.set(request, caller);
  return caller;
};

/** The member of the newsroom who calls; only on routes with {@link ForRoles}. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { actor } = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (!actor) throw new Refused('auth.required', 401, 'This needs a valid bearer token.');
  return actor;
});

/** Whether a subscriber calls; on routes with {@link ForAnyoneOrSubscribers}. */
export const IsSubscriber = createParamDecorator(
  (_: unknown, context: ExecutionContext): boolean =>
    callerOf(context.switchToHttp().getRequest<FastifyRequest>()).actor?.isSubscriber ?? false,
);

/** The id of the reader who calls; only on routes with {@link ForReaders}. */
export const ReaderId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { readerId } = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (!readerId)
    throw new Refused('reader.unknown', 401, 'This needs the reader token that the gateway issues.');
  return readerId;
});
