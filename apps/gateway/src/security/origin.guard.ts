import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isAllowedOrigin, Refused } from '#http';
import { CONFIG } from '#platform';
import type { GatewayConfig } from '../config.js';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses changes that a browser sends on behalf of another site. Browsers always name the origin of such a request;
 * clients that are no browsers name none and are let through.
 */
@Injectable()
export class OriginGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: GatewayConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const { method, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const { origin } = headers;
    if (SAFE.includes(method) || origin === undefined || isAllowedOrigin(origin, this.config)) return true;
    throw new Refused(
      'origin.refused',
      403,
      'Changes are not taken from this origin; SITE_URL and ALLOWED_ORIGINS say which may.',
    );
  }
}
