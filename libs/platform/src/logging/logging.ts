import type { LoggerService } from '@nestjs/common';
import { pino, type Logger, type LoggerOptions } from 'pino';
import { currentTrace } from '../context/context.js';

/** DI token of the service's pino logger. */
export const LOGGER = Symbol('logger');
export type { Logger };

/** Properties of logged objects whose values must never reach a log. */
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

/** A JSON logger: one line per entry, with its trace id. */
export const createLogger = (service: string, level: string): Logger => pino(options(service, level));

/** Sends Nest's own messages to the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log = (message: unknown, context?: unknown): void => this.logger.debug({ context }, String(message));
  debug = (message: unknown, context?: unknown): void => this.logger.debug({ context }, String(message));
  verbose = (message: unknown, context?: unknown): void => this.logger.debug({ context }, String(message));
  warn = (message: unknown, context?: unknown): void => this.logger.warn({ context }, String(message));
  error = (message: unknown, ...rest: unknown[]): void => {
    // The starting process reports a port in use itself, in one line.
    const level = rest.at(-1) === 'NestApplication' ? 'debug' : 'error';
    this.logger[level]({ err: message instanceof Error ? message : undefined, rest }, String(message));
  };
  fatal = (message: unknown, ...rest: unknown[]): void => this.logger.fatal({ rest }, String(message));
}
