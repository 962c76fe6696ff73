import pg from 'pg';
import { DataSource, type EntitySchema, type MixedList } from 'typeorm';
import type { DatabaseConfig } from '../config/service-settings.js';
import type { Logger } from '../logging/logging.js';
import { AfterCommit, logAfterCommit } from './after-commit.js';
import { watchCommits } from './commit-outcome.js';
import { RequestDeadline } from './request-deadline.js';

/** What a service stores: its tables and how they came about. `synchronize` is never used. */
export interface DatabaseDefinition {
  readonly entities: MixedList<Function | string | EntitySchema>;
  readonly migrations: MixedList<Function | string>;
}

/** The address of `service`'s database: its own variable as it is, or its name on the server of `DATABASE_URL`. */
export function databaseUrlOf(service: string, config: DatabaseConfig, env: NodeJS.ProcessEnv): string {
  if (env[`${service.toUpperCase()}_DATABASE_URL`]) return config.databaseUrl;
  const url = new URL(config.databaseUrl);
  url.pathname = `/${service}`;
  return url.href;
}

/**
 * A connection that outlives being cut at any moment. While it changes hands between the pool and a transaction nobody
 * listens for a moment, and an unhandled error ends the process; the next query on it fails.
 */
class Connection extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
    watchCommits(this);
  }
}

/** Milliseconds to get a connection. */
export const CONNECT_WITHIN = 5_000;

/**
 * The pool of a service. It sends no parameters at connect, which PgBouncer would refuse: the deadlines of statements
 * and locks are settings of the role, see `migrate`.
 */
export function createDataSource(
  name: string,
  url: string,
  { databasePool }: DatabaseConfig,
  { entities, migrations }: DatabaseDefinition,
  log: Logger,
  connection: pg.ClientConfig = {},
): DataSource {
  const source = new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    subscribers: [AfterCommit, RequestDeadline],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    applicationName: name,
    synchronize: false,
    logging: false,
    poolSize: databasePool,
    connectTimeoutMS: CONNECT_WITHIN,
    poolErrorHandler: (error: unknown) => log.warn({ err: error }, 'a database connection was lost'),
    extra: {
      Client: Connection,
      keepAlive: true,
      // Opening a connection costs more than keeping one.
      idleTimeoutMillis: 300_000,
      ...connection,
    },
  });
  logAfterCommit(source, log);
  return source;
}
