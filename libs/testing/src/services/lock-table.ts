import pg from 'pg';

export interface TableLock {
  release(): Promise<void>;
}

/** Locks a table, even against reads, until the lock is released. */
export async function lockTable(databaseUrl: string, table: string): Promise<TableLock> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  // Databases of services end transactions that are idle for a minute; on a slow machine the test needs longer.
  await client.query(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE ${table}`);
  return { release: () => client.end() };
}
