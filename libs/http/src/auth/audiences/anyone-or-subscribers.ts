import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#platform';
import { declareAudience, type Audience } from '../audience.js';
import { BearerTokens } from '../bearer-tokens.js';

@Injectable()
export class AnyoneOrSubscribers implements Audience<undefined> {
  constructor(private readonly tokens: BearerTokens) {}

  async recognize({ headers: { authorization } }: FastifyRequest): Promise<Caller> {
    // Other schemes, such as Basic in front of a test site, are ignored.
    const hasToken = /^Bearer\b/i.test(authorization ?? '');
    return hasToken ? { actor: await this.tokens.verify(authorization) } : {};
  }
}

/** The route is for anyone, and shows more to subscribers. A bearer token is optional; one that is sent must be valid. */
export const ForAnyoneOrSubscribers = () => declareAudience(AnyoneOrSubscribers, undefined);
