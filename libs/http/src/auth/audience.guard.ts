import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Refused } from '../problems/problems.js';
import { LOGGER, type Logger } from '#platform';
import { AUDIENCE, callerOf, type DeclaredAudience } from './audience.js';
import { BearerTokens } from './bearer-tokens.js';
import { ReaderTokens } from './reader-tokens.js';

/** Default-deny: lets a request through only when the route says whom it is for and the caller is one of them. */
@Injectable()
export class AudienceGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly bearerTokens: BearerTokens,
    @Optional() @Inject(ReaderTokens) private readonly readerTokens: ReaderTokens | undefined,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Events come from our own broker connection, not from a caller.
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const places = [context.getHandler(), context.getClass()];
    const audience = this.reflector.getAllAndOverride<DeclaredAudience | undefined>(AUDIENCE, places);
    if (audience === undefined) {
      this.log.error({ route: request.routeOptions.url }, 'a route without a declared audience was refused');
      throw new Refused('audience.undeclared', 403, 'This address is not open to anyone.');
    }
    if (audience === 'anyone') return true;
    if (audience === 'reader') {
      callerOf(request).readerId = this.readerOf(request);
      return true;
    }
    const { authorization } = request.headers;
    if (audience === 'anyone-or-subscribers') {
      // Another scheme, such as that of a password in front of a test site, is not for us.
      const hasToken = /^Bearer\b/i.test(authorization ?? '');
      if (hasToken) callerOf(request).actor = await this.bearerTokens.verify(authorization);
      return true;
    }
    const actor = await this.bearerTokens.verify(authorization);
    if (!actor.roles.some((role) => audience.includes(role))) {
      throw new Refused('auth.forbidden', 403, `This needs one of the roles ${audience.join(', ')}.`);
    }
    callerOf(request).actor = actor;
    return true;
  }

  private readerOf(request: FastifyRequest): string {
    const token = request.headers['x-reader'];
    const id = typeof token === 'string' ? this.readerTokens?.verify(token) : undefined;
    if (!id) throw new Refused('reader.unknown', 401, 'This needs the reader token that the gateway issues.');
    return id;
  }
}
