import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Refused } from '#platform';

type Headers = Pick<FastifyRequest, 'headers'>['headers'];

/** Takes forms from our own pages only; browsers say where a form comes from, other clients need not. */
@Injectable()
export class SameSiteGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (isOwnForm(context.switchToHttp().getRequest<FastifyRequest>().headers)) return true;
    throw new Refused('origin.refused', 403, 'Forms are taken from our own pages only.');
  }
}

export function isOwnForm({ origin, host, ...headers }: Headers): boolean {
  const site = headers['sec-fetch-site'];
  // `none`: the reader asked for it, for example by loading the page again.
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}
