import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isAllowedOrigin } from '#http';
import { CONFIG } from '#platform';
import type { GatewayConfig } from '../config.js';
import { refuse } from '../problems.js';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses changes that a browser sends for a page of another site. Browsers always send the origin of such a page; other
 * clients send none and are let through.
 */
@Injectable()
export class OriginGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: GatewayConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const { method, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const { origin } = headers;
    if (SAFE.includes(method) || origin === undefined || isAllowedOrigin(origin, this.config)) return true;
    throw refuse('origin.refused');
  }
}
