import type { DynamicModule, Provider, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { CACHE, type Cache } from './cache/cache.js';
import { readConfig, type ConfigOf, type Settings } from './config/config.js';
import { databaseSettings, type DatabaseConfig, type ServerConfig } from './config/service-settings.js';
import { createDataSource, databaseUrlOf, migrate, type DatabaseDefinition } from './database/database.js';
import { isTransient } from './database/failure-kind.js';
import { Readiness } from './health.controller.js';
import { measureRequests } from './http/metrics.js';
import { ProblemFilter } from './http/problem.filter.js';
import { serverOptions, traceAndLogRequests } from './http/requests.js';
import { validationPipe } from './http/validation.js';
import { createLogger, NestLogger } from './logging.js';
import { EventTransport, ServiceModule } from './service.module.js';
import { Backoff, pause } from './work/backoff.js';

/** What makes a service: its name, its settings, what it stores and its module. */
export interface ServiceDefinition<S extends Settings = Settings> {
  readonly name: string;
  readonly settings: S;
  readonly database?: DatabaseDefinition;
  readonly module: Type;
  /** Adds plugins to the HTTP server before routes are bound. */
  prepare?(server: FastifyInstance, config: ConfigOf<S>): void | Promise<void>;
}

export const defineService = <S extends Settings>(definition: ServiceDefinition<S>): ServiceDefinition<S> =>
  definition;

export interface StartOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Bring the tables up to date first; otherwise that is the deployment's own step (`npm run migrate`). */
  readonly migrate?: boolean;
  /** More providers, visible everywhere in the service; the one-process newsroom hands its loopback transport in. */
  readonly providers?: Provider[];
  /** Runs when everything is put together and nothing has started yet: no request and no event has come in. */
  readonly beforeEvents?: (app: NestFastifyApplication) => void;
}

export interface RunningService {
  readonly name: string;
  /** Where it listens, with the port it really got. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Stops taking requests and events, finishes what is under way, closes connections. */
  stop(): Promise<void>;
}

/**
 * Starts a service: settings, database, HTTP and events.
 * @throws ConfigError for wrong or missing settings; Error when the database, the port or the broker is not to be had.
 */
export async function startService<S extends Settings>(
  definition: ServiceDefinition<S>,
  { env, migrate: shouldMigrate = false, providers = [], beforeEvents }: StartOptions,
): Promise<RunningService> {
  const { name } = definition;
  const config = readConfig(definition.settings, env);
  const server = config as unknown as ServerConfig;
  const log = createLogger(name, server.logLevel);
  const registry = new Registry();
  registry.setDefaultLabels({ service: name });
  collectDefaultMetrics({ register: registry });

  const url = definition.database && databaseUrlOf(name, config as unknown as DatabaseConfig, env);
  const db = url
    ? createDataSource(name, url, config as unknown as DatabaseConfig, definition.database!, log)
    : undefined;
  if (url && shouldMigrate) await migrate(db!, url);
  else await db?.initialize();

  const adapter = new FastifyAdapter(serverOptions(log));
  const http = adapter.getInstance() as unknown as FastifyInstance;
  traceAndLogRequests(http, log);
  measureRequests(http, registry);
  await definition.prepare?.(http, config);

  const root: DynamicModule = {
    module: ServiceModule,
    global: true,
    imports: [definition.module],
    ...ServiceModule.parts({ name, config, server, log, registry, db, providers }),
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(log),
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(validationPipe());

  const stop = async (): Promise<void> => {
    app.get(Readiness).stopping = true;
    await app.close();
    await app.get<Cache>(CACHE).close();
    if (db?.isInitialized) await db.destroy();
  };
  try {
    beforeEvents?.(app);
    const { strategy } = app.get(EventTransport);
    if (strategy) app.connectMicroservice({ strategy });
    await app.startAllMicroservices();
    await app.listen(server.port, server.host);
  } catch (error) {
    await stop().catch(() => undefined);
    throw portTaken(error, name, server) ?? error;
  }
  const address = (await app.getUrl()).replace('[::1]', '127.0.0.1').replace('0.0.0.0', '127.0.0.1');
  log.info({ url: address }, `${name} listens`);
  return { name, url: address, app, stop };
}

/** Milliseconds a migration waits for a database that is just starting. */
const MIGRATE_WITHIN = 60_000;

/** Brings a service's tables up to date without starting it. @returns the names of the migrations that ran. */
export async function migrateDatabase(
  definition: ServiceDefinition,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  if (!definition.database) return [];
  const config = readConfig(databaseSettings(definition.name), env);
  const url = databaseUrlOf(definition.name, config, env);
  const log = createLogger(definition.name, 'warn');
  const db = createDataSource(definition.name, url, config, definition.database, log);
  const backoff = new Backoff(500, 5_000);
  const deadline = Date.now() + MIGRATE_WITHIN;
  try {
    for (;;) {
      try {
        return await migrate(db, url);
      } catch (error) {
        if (!isTransient(error) || Date.now() > deadline) throw error;
        log.warn({ err: error }, 'the database does not answer yet');
        await pause(backoff.next());
      }
    }
  } finally {
    if (db.isInitialized) await db.destroy();
  }
}

function portTaken(error: unknown, name: string, { host, port }: ServerConfig): Error | undefined {
  const { code } = error as { code?: string };
  const variable = `${name.toUpperCase()}_PORT`;
  if (code === 'EADDRINUSE')
    return new Error(`Port ${port} on ${host} is in use. Set ${variable} to a free one.`);
  if (code === 'EACCES')
    return new Error(`Port ${port} on ${host} is not allowed here. Set ${variable} to one above 1023.`);
  return undefined;
}
