import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from './problem.js';
import { Refused } from './refused.js';

/** The one place where an error becomes an answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status >= 500) {
      // Refusals are deliberate, and frequent under load: metrics count them, and a stack trace would add nothing.
      if (error instanceof Refused) request.log.warn({ code: error.code }, 'request refused');
      else request.log.error({ err: error }, 'request failed');
    }
    if (reply.sent) return;
    if (typeof problem['location'] === 'string') reply.header('location', problem['location']);
    // RFC 9110, 10.2.3: seconds.
    if (typeof problem['retryAfter'] === 'number') reply.header('retry-after', problem['retryAfter']);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    void reply
      .status(problem.status)
      .type('application/problem+json')
      .send({ ...problem, instance: request.id });
  }
}
