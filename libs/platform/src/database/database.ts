import pg from 'pg';
import { DataSource, type EntitySchema, type MixedList } from 'typeorm';
import type { DatabaseConfig } from '../config/service-settings.js';
import type { Logger } from '../logging/logging.js';
import { AfterCommit, logAfterCommit } from './after-commit.js';
import { watchCommits } from './commit-outcome.js';
import { RequestDeadline } from './request-deadline.js';

/** The tables of a service and the migrations that create them. `synchronize` is never used. */
export interface DatabaseDefinition {
  readonly entities: MixedList<Function | string | EntitySchema>;
  readonly migrations: MixedList<Function | string>;
}

/**
 * The address of a service's database: from its own variable, else the database with its name on the server of
 * `DATABASE_URL`.
 */
export function databaseUrlOf(service: string, config: DatabaseConfig, env: NodeJS.ProcessEnv): string {
  if (env[`${service.toUpperCase()}_DATABASE_URL`]) return config.databaseUrl;
  const url = new URL(config.databaseUrl);
  url.pathname = `/${service}`;
  return url.href;
}

/**
 * A connection that can be cut at any moment. Between pool and transaction it briefly has no error listener, and an
 * unhandled error would end the process. The next query on a cut connection fails.
 */
class Connection extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
    watchCommits(this);
  }
}

/** Milliseconds to open a connection. */
export const CONNECT_WITHIN = 5_000;

/**
 * The connection pool of a service. It sends no parameters when it connects, since PgBouncer would refuse them; the timeouts
 * of statements and locks are settings of the role, see `migrate`.
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
      // Opening a connection costs more than keeping an idle one.
      idleTimeoutMillis: 300_000,
      ...connection,
    },
  });
  logAfterCommit(source, log);
  return source;
}
