import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { problemOf } from '#http';
import { CONFIG, LOGGER, type Logger } from '#platform';
import type { ReaderAppConfig } from '../config.js';
import { Gateway, GatewayRefused } from '../gateway/gateway.js';
import { errorPage } from './error.js';

/** Seconds after which a client may retry. */
const RETRY_AFTER = '30';

/** Responds to errors with a page, not with a problem document. */
@Catch()
export class ErrorPageFilter implements ExceptionFilter {
  constructor(
    private readonly gateway: Gateway,
    @Inject(CONFIG) private readonly config: ReaderAppConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const refused = thrown instanceof GatewayRefused ? thrown : undefined;
    const status = pageStatus(refused?.status ?? problemOf(thrown).status);
    if (status >= 500 && !refused) this.log.error({ err: thrown }, 'could not render a page');
    const sections = status === 503 ? [] : await this.gateway.sections().catch(() => []);
    const { siteName } = this.config;
    const html = errorPage({ siteName, status, sections, note: refused?.problem.note });
    if (status === 503) reply.header('retry-after', RETRY_AFTER);
    reply.status(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(html);
  }
}

/** An invalid address is treated like one that does not exist. */
const pageStatus = (status: number): number => (status === 422 || status === 400 ? 404 : status);
