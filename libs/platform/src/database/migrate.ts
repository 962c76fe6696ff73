import pg from 'pg';
import type { DatabaseConfig } from '../config/service-settings.js';
import type { Logger } from '../logging/logging.js';
import { CONNECT_WITHIN, createDataSource, type DatabaseDefinition } from './database.js';

/** Timeouts of all connections of the service's role, unless an operator has set others. */
const roleSettings = {
  statement_timeout: '15s',
  lock_timeout: '10s',
  // When a process hangs in a transaction, the server ends it and releases its locks.
  idle_in_transaction_session_timeout: '60s',
};

/**
 * A migration may take as long as it needs, but waits only briefly for locks and is retried instead: while it waits for
 * the lock of a table, all later queries on that table wait, too.
 */
const MIGRATION_SESSION =
  '-c statement_timeout=0 -c lock_timeout=5s -c idle_in_transaction_session_timeout=0';

export interface DatabaseToMigrate {
  readonly name: string;
  readonly url: string;
  readonly config: DatabaseConfig;
  readonly definition: DatabaseDefinition;
  readonly log: Logger;
}

/**
 * Creates the database when it is missing, brings its tables up to date and sets the timeouts of the role. Several
 * processes may call it at the same time: an advisory lock lets one work while the others wait.
 * @returns the names of the migrations that ran.
 */
export async function migrate({ name, url, config, definition, log }: DatabaseToMigrate): Promise<string[]> {
  await createDatabaseIfMissing(url);
  const session = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_WITHIN,
    options: '-c statement_timeout=0 -c lock_timeout=0',
    keepAlive: true,
  });
  session.on('error', () => undefined);
  const source = createDataSource(`${name} migrate`, url, config, definition, log, {
    options: MIGRATION_SESSION,
  });
  try {
    await session.connect();
    await session.query(`SELECT pg_advisory_lock(hashtext('newsroom.migrate'))`);
    await setRoleTimeouts(session);
    await source.initialize();
    const ran = await source.runMigrations();
    return ran.map((migration) => migration.name);
  } finally {
    if (source.isInitialized) await source.destroy();
    await session.end();
  }
}

/**
 * Settings of the role also work behind PgBouncer, which refuses settings on connecting and can give each transaction another
 * connection.
 */
async function setRoleTimeouts(session: pg.Client): Promise<void> {
  const { rows } = await session.query<{ known: string }>(
    `SELECT split_part(setting, '=', 1) AS known FROM pg_db_role_setting, unnest(setconfig) AS setting
     WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
       AND setrole IN (0, current_user::regrole)`,
  );
  const known = rows.map((row) => row.known);
  for (const [name, value] of Object.entries(roleSettings)) {
    if (known.includes(name)) continue;
    // The name of the database cannot be a parameter of this statement.
    await session.query(
      `DO $$ BEGIN EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET ${name} = %L', current_database(), '${value}'); END $$`,
    );
  }
}

async function createDatabaseIfMissing(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const probe = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN });
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
    connectionTimeoutMillis: CONNECT_WITHIN,
  });
  await client.connect();
  try {
    // template0 never has connections, so several services can copy it at the same time.
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template0`);
  } catch (error) {
    // 42P04 and 23505: another process has created it.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end();
  }
}
