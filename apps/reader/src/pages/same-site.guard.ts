import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Refused } from '#platform';

/** Takes forms from our own pages only; browsers say where a form comes from. */
@Injectable()
export class SameSiteGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const { origin, host } = headers;
    const isForeign = origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host);
    if (!isForeign && headers['sec-fetch-site'] !== 'cross-site') return true;
    throw new Refused('origin.refused', 403, 'Forms are taken from our own pages only.');
  }
}
