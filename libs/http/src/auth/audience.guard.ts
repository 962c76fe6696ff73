import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { LOGGER, setCaller, type Logger } from '#platform';
import { refuse } from '../problems/refusals.js';
import { AUDIENCE, AUDIENCES, type Audience, type DeclaredAudience } from './audience.js';

/** Default-deny: a request gets through only when its route declares an audience and the caller belongs to it. */
@Injectable()
export class AudienceGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(AUDIENCES) private readonly audiences: readonly Audience[],
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Events come from our own broker connection, not from a caller.
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const targets = [context.getHandler(), context.getClass()];
    const declared = this.reflector.getAllAndOverride<DeclaredAudience | undefined>(AUDIENCE, targets);
    const audience = declared && this.audiences.find((one) => one instanceof declared.audience);
    if (!audience) {
      this.log.error({ route: request.routeOptions.url }, 'a route without a known audience was refused');
      throw refuse('audience.undeclared');
    }
    setCaller(await audience.recognize(request, declared.options));
    return true;
  }
}
