import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isAllowedOrigin, Refused, type Origins } from '#http';
import { CONFIG } from '#platform';
import type { ReaderAppConfig } from '../config.js';

type Headers = Pick<FastifyRequest, 'headers'>['headers'];

/** Takes forms from our own pages only; browsers say where a form comes from, other clients need not. */
@Injectable()
export class SameSiteGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: ReaderAppConfig) {}

  canActivate(context: ExecutionContext): boolean {
    if (isOwnForm(context.switchToHttp().getRequest<FastifyRequest>().headers, this.config)) return true;
    throw new Refused('origin.refused', 403, 'Forms are taken from our own pages only.');
  }
}

/** Browsers that hide the origin still say how near it is; `none`: the reader asked for it, for example by loading the page again. */
export function isOwnForm({ origin, ...headers }: Headers, origins: Origins): boolean {
  if (origin !== undefined) return isAllowedOrigin(origin, origins);
  return [undefined, 'same-origin', 'none'].includes(headers['sec-fetch-site'] as string | undefined);
}
