import { Catch, type ArgumentsHost } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProblemFilter } from './problem.filter.js';
import { Refused } from './problems.js';

/** Adds Retry-After (RFC 9110, 10.2.3) to refusals that carry `retryAfter` in seconds. */
@Catch(Refused)
export class RetryAfterFilter extends ProblemFilter {
  override catch(error: Refused, host: ArgumentsHost): void {
    const { retryAfter } = error.details;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (typeof retryAfter === 'number' && !reply.sent) reply.header('retry-after', retryAfter);
    // oxlint-disable-next-line promise/valid-params, promise/no-promise-in-callback -- no promise's
    super.catch(error, host);
  }
}
