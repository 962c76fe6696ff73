import type { LoggerService } from '@nestjs/common';
import { pino, type Logger, type LoggerOptions } from 'pino';
import { currentTrace } from '../context/context.js';

/** DI token of the service's pino logger. */
export const LOGGER = Symbol('logger');
export type { Logger };

/** What must never reach a log, wherever it turns up in a logged object. */
const secrets = [
  'authorization',
  'cookie',
  'password',
  'token',
  'secret',
  'readerKey',
  'databaseUrl',
  'redisUrl',
];
const redact = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*["set-${name}"]`]);

const options = (service: string, level: string): LoggerOptions => ({
  level,
  base: { service },
  redact: { paths: redact, censor: '[redacted]' },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  mixin: () => {
    const trace = currentTrace();
    return trace ? { traceId: trace.traceId } : {};
  },
});

/** A JSON logger, one line an entry, with the trace it belongs to. */
export const createLogger = (service: string, level: string): Logger => pino(options(service, level));

/** Lets Nest's own messages go the same way. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log = (message: unknown, context?: unknown): void => this.logger.debug({ context }, String(message));
  debug = (message: unknown, context?: unknown): void => this.logger.debug({ context }, String(message));
  verbose = (message: unknown, context?: unknown): void => this.logger.debug({ context }, String(message));
  warn = (message: unknown, context?: unknown): void => this.logger.warn({ context }, String(message));
  error = (message: unknown, ...rest: unknown[]): void => {
    // Whoever started the service reports once, in words, that a port is taken.
    const level = rest.at(-1) === 'NestApplication' ? 'debug' : 'error';
    this.logger[level]({ err: message instanceof Error ? message : undefined, rest }, String(message));
  };
  fatal = (message: unknown, ...rest: unknown[]): void => this.logger.fatal({ rest }, String(message));
}
