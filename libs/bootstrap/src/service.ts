import type { DynamicModule, Provider, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import {
  Drain,
  type DrainLimits,
  measureRequests,
  ProblemFilter,
  serverOptions,
  traceAndLogRequests,
  validationPipe,
} from '#http';
import { retryUntilReady } from '#jobs';
import {
  CACHE,
  type Cache,
  readConfig,
  type ConfigOf,
  type Settings,
  databaseSettings,
  portVariable,
  type DatabaseConfig,
  type ServerConfig,
  createDataSource,
  databaseUrlOf,
  type DatabaseDefinition,
  failureKind,
  migrate,
  REQUEST_TRANSACTION_WITHIN,
  waitForSchema,
  createLogger,
  NestLogger,
  type Logger,
  DatabaseProbe,
  OperationsServer,
  Readiness,
} from '#platform';
import { ServiceModule } from './service.module.js';

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
  /**
   * Bring the tables up to date first. Otherwise that is the deployment's own step (`migrate`), and the service waits
   * for it, alive and not ready.
   */
  readonly migrate?: boolean;
  /** Ends the waiting for a database. */
  readonly signal?: AbortSignal;
  /** What stopping waits for; by default for requests under way alone, as is right where no other process calls. */
  readonly drain?: DrainLimits;
  /** More providers, visible everywhere in the service; the one-process newsroom hands its loopback transport in. */
  readonly providers?: Provider[];
  /** Runs when everything is put together and nothing has started yet: no request and no event has come in. */
  readonly beforeEvents?: (app: NestFastifyApplication) => void;
}

export interface RunningService {
  readonly name: string;
  /** Where it listens, with the port it really got. */
  readonly url: string;
  /** Where its health and metrics are. */
  readonly operationsUrl: string;
  readonly app: NestFastifyApplication;
  /** Finishes requests and events under way, takes no more, closes connections. */
  stop(): Promise<void>;
}

/**
 * Starts a service: health and metrics first, then database, HTTP and events. Waits for a database that is not there yet.
 * @throws ConfigError for wrong or missing settings; Error when a port is not available or the code does not fit the database.
 */
export async function startService<S extends Settings>(
  definition: ServiceDefinition<S>,
  options: StartOptions,
): Promise<RunningService> {
  const { name } = definition;
  const { env, drain: limits = { idle: 0, requests: REQUEST_TRANSACTION_WITHIN } } = options;
  const config = readConfig(definition.settings, env);
  const server = config as unknown as ServerConfig;
  const log = createLogger(name, server.logLevel);
  const registry = new Registry();
  registry.setDefaultLabels({ service: name });
  collectDefaultMetrics({ register: registry });

  const url = definition.database && databaseUrlOf(name, config as unknown as DatabaseConfig, env);
  const database = url ? new DatabaseProbe(url, name) : undefined;
  const readiness = new Readiness();
  const operations = new OperationsServer({ readiness, registry, database });
  const stops: (() => Promise<void>)[] = [() => operations.close()];
  const stop = async (): Promise<void> => {
    readiness.stopping();
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const operationsUrl = await operations
      .listen(server.operationsPort, server.host)
      .catch(portTaken('OPERATIONS_PORT', server.operationsPort, server.host));
    const db = url ? await openDatabase(definition, url, { config, log, readiness, ...options }) : undefined;
    if (db) stops.push(() => db.destroy());

    const adapter = new FastifyAdapter(serverOptions(log));
    const http = adapter.getInstance() as unknown as FastifyInstance;
    const drain = new Drain(http);
    traceAndLogRequests(http, log);
    measureRequests(http, registry);
    await definition.prepare?.(http, config);

    const { providers = [] } = options;
    const root: DynamicModule = {
      module: ServiceModule,
      global: true,
      imports: [definition.module],
      ...ServiceModule.parts({ name, config, server, log, registry, db, providers }),
    };
    const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
      logger: new NestLogger(log),
      abortOnError: false,
    });
    app.useGlobalFilters(new ProblemFilter());
    app.useGlobalPipes(validationPipe());
    stops.push(
      () => app.get<Cache>(CACHE).close(),
      () => app.close(),
      () => drain.run(limits),
    );
    options.beforeEvents?.(app);
    const { eventServer } = app.get(ServiceModule);
    if (eventServer) app.connectMicroservice({ strategy: eventServer });
    await app.startAllMicroservices();
    await app.listen(server.port, server.host).catch(portTaken(portVariable(name), server.port, server.host));
    readiness.started();
    const address = (await app.getUrl()).replace('[::1]', '127.0.0.1').replace('0.0.0.0', '127.0.0.1');
    log.info({ url: address, operationsUrl }, `${name} listens`);
    return { name, url: address, operationsUrl, app, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

interface Opening extends Pick<StartOptions, 'migrate' | 'signal'> {
  readonly config: object;
  readonly log: Logger;
  readonly readiness: Readiness;
}

async function openDatabase(
  { name, database }: Pick<ServiceDefinition, 'name' | 'database'>,
  url: string,
  { config, log, readiness, migrate: shouldMigrate, signal }: Opening,
): Promise<DataSource> {
  const settings = config as DatabaseConfig;
  const db = createDataSource(name, url, settings, database!, log);
  try {
    if (shouldMigrate) await migrate({ name, url, config: settings, definition: database!, log });
    await (shouldMigrate ? db.initialize() : waitForSchema(db, { readiness, log, signal }));
    return db;
  } catch (error) {
    if (db.isInitialized) await db.destroy();
    throw error;
  }
}

/** No role or password yet, no database yet and no right to create it. */
const NOT_MADE_YET = /^(28...|3D000|42501)$/;

/**
 * Brings a service's tables up to date without starting it. Waits for a database or a role that is just being made, and
 * for locks that others hold.
 * @returns the names of the migrations that ran.
 */
export async function migrateDatabase(
  { name, database: definition }: Pick<ServiceDefinition, 'name' | 'database'>,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  if (!definition) return [];
  const config = readConfig(databaseSettings(name), env);
  const url = databaseUrlOf(name, config, env);
  const log = createLogger(name, 'warn');
  return retryUntilReady(
    {
      isTransient: (error) =>
        failureKind(error) === 'transient' || NOT_MADE_YET.test(String((error as { code?: unknown }).code)),
      onRetry: (error) => log.warn({ err: error }, 'the database cannot be migrated yet; trying again'),
    },
    () => migrate({ name, url, config, definition, log }),
  );
}

/** Says in one line which variable gives the service another port. */
const portTaken = (variable: string, port: number, host: string) => (error: unknown) => {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE')
    throw new Error(`Port ${port} on ${host} is in use. Set ${variable} to a free one.`);
  if (code === 'EACCES')
    throw new Error(`Port ${port} on ${host} is not allowed here. Set ${variable} to one above 1023.`);
  throw error;
};
