import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LOGGER, problemOf, type Logger } from '#platform';
import { Gateway, GatewayRefused } from '../gateway/gateway.js';
import { errorPage } from './error.js';

/** Readers get a page, not a problem document. */
@Catch()
export class ErrorPageFilter implements ExceptionFilter {
  constructor(
    private readonly gateway: Gateway,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const known = error instanceof GatewayRefused;
    const status = known ? Math.min(error.status, 503) : problemOf(error).status;
    if (status >= 500 && !known) this.log.error({ err: error }, 'a page failed');
    const sections = status === 503 ? [] : await this.gateway.sections().catch(() => []);
    const html = errorPage(status, sections, known ? error.problem.note : undefined);
    reply.status(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(html);
  }
}
