import pg from 'pg';
import { DataSource, type EntitySchema, type MixedList } from 'typeorm';
import type { DatabaseConfig } from '../config/service-settings.js';
import type { Logger } from '../logging.js';
import { AfterCommit, logAfterCommit } from './after-commit.js';

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
 * listens for a moment, and an error that nobody hears ends the process; the next query on it fails and tells.
 */
class Connection extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** Deadlines in milliseconds: to get a connection, for one statement, for a lock. */
const deadlines = { connect: 5_000, statement: 15_000, lock: 10_000 };

export function createDataSource(
  name: string,
  url: string,
  { databasePool }: DatabaseConfig,
  { entities, migrations }: DatabaseDefinition,
  log: Logger,
): DataSource {
  const source = new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    subscribers: [AfterCommit],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    applicationName: name,
    synchronize: false,
    logging: false,
    poolSize: databasePool,
    connectTimeoutMS: deadlines.connect,
    poolErrorHandler: (error: unknown) => log.warn({ err: error }, 'a database connection was lost'),
    extra: {
      Client: Connection,
      statement_timeout: deadlines.statement,
      lock_timeout: deadlines.lock,
      // The server ends a transaction whose process hangs, and with it the locks that others wait for.
      idle_in_transaction_session_timeout: 60_000,
      keepAlive: true,
      // Opening a connection costs more than keeping one.
      idleTimeoutMillis: 300_000,
    },
  });
  logAfterCommit(source, log);
  return source;
}

/**
 * Creates the database when it is missing and brings its tables up to date. Safe to run from several places at
 * once: an advisory lock lets one do the work while the others wait (60 s at most).
 * @returns the names of the migrations that ran.
 */
export async function migrate(source: DataSource, url: string): Promise<string[]> {
  await createDatabaseIfMissing(url);
  const lock = new pg.Client({ connectionString: url, connectionTimeoutMillis: deadlines.connect });
  await lock.connect();
  try {
    await lock.query(`SET lock_timeout = '60s'; SELECT pg_advisory_lock(hashtext('newsroom.migrate'))`);
    if (!source.isInitialized) await source.initialize();
    const ran = await source.runMigrations();
    return ran.map(({ name }) => name);
  } finally {
    await lock.end();
  }
}

async function createDatabaseIfMissing(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const probe = new pg.Client({ connectionString: url, connectionTimeoutMillis: deadlines.connect });
  try {
    await probe.connect();
    return;
  } catch (error) {
    const missing = (error as { code?: string }).code === '3D000';
    if (!missing) throw error;
  } finally {
    await probe.end().catch(() => undefined);
  }
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({
    connectionString: maintenance.href,
    connectionTimeoutMillis: deadlines.connect,
  });
  await client.connect();
  try {
    // Nobody is ever connected to template0, so several services can do this at the same time.
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template0`);
  } catch (error) {
    // 42P04 and 23505: another process was quicker.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end();
  }
}
