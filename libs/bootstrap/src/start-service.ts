import type { DynamicModule, Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import {
  Drain,
  type DrainLimits,
  measureRequests,
  ProblemFilter,
  serverOptions,
  traceAndLogRequests,
  validationPipe,
} from '#http';
import {
  CACHE,
  type Cache,
  createLogger,
  DatabaseProbe,
  NestLogger,
  OperationsServer,
  portVariable,
  readConfig,
  Readiness,
  REQUEST_TRANSACTION_WITHIN,
} from '#platform';
import { databaseAccess, openDatabase } from './open-database.js';
import { explainPort } from './explain-port.js';
import type { ServiceConfig, ServiceDefinition } from './service-definition.js';
import { ServiceModule, type ServiceParts } from './service.module.js';

export interface StartOptions {
  readonly env: NodeJS.ProcessEnv;
  /**
   * Brings the tables up to date first. Otherwise that is a step of the deployment (`migrate`), and the service waits
   * for it, alive and not ready.
   */
  readonly migrate?: boolean;
  /** Ends the wait for a database. */
  readonly signal?: AbortSignal;
  /** How long stopping waits. By default only for requests in progress, which suits a service that no other process calls. */
  readonly drain?: DrainLimits;
  /** Providers that are visible everywhere in the service, such as the loopback transport of the one-process newsroom. */
  readonly providers?: readonly Provider[];
  /** Runs when everything is wired and nothing has started: no request and no event has come in. */
  readonly beforeEvents?: (app: NestFastifyApplication) => void;
}

export interface RunningService {
  readonly name: string;
  /** Its address, with the actual port. */
  readonly url: string;
  /** The address of its health and metrics. */
  readonly operationsUrl: string;
  readonly app: NestFastifyApplication;
  /** Finishes requests and events in progress, accepts no new ones, and closes connections. */
  stop(): Promise<void>;
}

/**
 * Starts a service: first health and metrics, then database, HTTP server, application and events. Waits for a database
 * that is not ready yet.
 * @throws ConfigError for wrong or missing settings; Error when a port is unavailable or the code does not match the
 * database.
 */
export async function startService(
  definition: ServiceDefinition,
  options: StartOptions,
): Promise<RunningService> {
  const { name } = definition;
  const { env, migrate, signal } = options;
  const config = readConfig<ServiceConfig>(definition.settings, env);
  const log = createLogger(name, config.logLevel);
  const registry = metricsOf(name);
  const access = definition.database && databaseAccess(name, definition.database, config, env);
  const probe = access && new DatabaseProbe(access.url, name);
  const readiness = new Readiness();
  const operations = new OperationsServer({ readiness, registry, database: probe });
  const stops: (() => Promise<void>)[] = [() => operations.close()];
  const stop = async (): Promise<void> => {
    readiness.stopping();
    for (const stopOne of stops.splice(0).toReversed()) await stopOne();
  };
  try {
    const operationsUrl = await operations
      .listen(config.operationsPort, config.host)
      .catch(explainPort('OPERATIONS_PORT', config.operationsPort, config.host));

    const db = access && (await openDatabase(access, { log, readiness, migrate, signal }));
    if (db) stops.push(() => db.destroy());

    const adapter = new FastifyAdapter(serverOptions(log));
    const server = adapter.getInstance() as unknown as FastifyInstance;
    const drain = new Drain(server);
    traceAndLogRequests(server, log);
    measureRequests(server, registry);
    await definition.prepare?.(server, config);

    const { providers } = options;
    const app = await createApp(definition, adapter, { name, config, log, registry, db, providers });
    stops.push(
      () => app.get<Cache>(CACHE).close(),
      () => app.close(),
      () => drain.run(options.drain ?? { idle: 0, requests: REQUEST_TRANSACTION_WITHIN }),
    );
    options.beforeEvents?.(app);

    const { eventServer } = app.get(ServiceModule);
    if (eventServer) app.connectMicroservice({ strategy: eventServer });
    await app.startAllMicroservices();

    await app
      .listen(config.port, config.host)
      .catch(explainPort(portVariable(name), config.port, config.host));
    readiness.started();
    const url = (await app.getUrl()).replace('[::1]', '127.0.0.1').replace('0.0.0.0', '127.0.0.1');
    log.info({ url, operationsUrl }, `${name} is listening`);
    return { name, url, operationsUrl, app, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

function metricsOf(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

async function createApp(
  { module, audiences }: ServiceDefinition,
  adapter: FastifyAdapter,
  parts: Omit<ServiceParts, 'audiences'>,
): Promise<NestFastifyApplication> {
  const root: DynamicModule = {
    module: ServiceModule,
    global: true,
    imports: [module],
    ...ServiceModule.with({ ...parts, audiences }),
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(parts.log),
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(validationPipe());
  return app;
}
