import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isAllowedOrigin, refuse, type Origins } from '#http';
import { CONFIG } from '#platform';
import type { ReaderAppConfig } from '../config.js';

type Headers = Pick<FastifyRequest, 'headers'>['headers'];

/** Accepts forms only from our own pages. Browsers send the origin of a form; other clients need not. */
@Injectable()
export class SameSiteGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: ReaderAppConfig) {}

  canActivate(context: ExecutionContext): boolean {
    if (isOwnForm(context.switchToHttp().getRequest<FastifyRequest>().headers, this.config)) return true;
    throw refuse('origin.refused');
  }
}

/** Browsers that hide the origin still send `sec-fetch-site`. Its value `none` means an action of the user, such as a reload. */
export function isOwnForm({ origin, ...headers }: Headers, origins: Origins): boolean {
  if (origin !== undefined) return isAllowedOrigin(origin, origins);
  return [undefined, 'same-origin', 'none'].includes(headers['sec-fetch-site'] as string | undefined);
}
