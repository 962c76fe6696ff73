import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller, Role } from '#platform';
import { refuse } from '../../problems/refusals.js';
import { declareAudience, type Audience } from '../audience.js';
import { BearerTokens } from '../bearer-tokens.js';

@Injectable()
export class PeopleWithRoles implements Audience<readonly Role[]> {
  constructor(private readonly tokens: BearerTokens) {}

  async recognize({ headers }: FastifyRequest, allowed: readonly Role[]): Promise<Caller> {
    const actor = await this.tokens.verify(headers.authorization);
    if (actor.roles.some((role) => allowed.includes(role))) return { actor };
    throw refuse('auth.forbidden', { detail: `This needs one of the roles ${allowed.join(', ')}.` });
  }
}

/** The route is for people who hold at least one of these roles, according to their bearer token. */
export const ForRoles = (...allowed: [Role, ...Role[]]) => declareAudience(PeopleWithRoles, allowed);
