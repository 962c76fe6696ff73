import pg from 'pg';

/** Vacuums a database after a large change, as autovacuum eventually would. @param table by default all. */
export async function vacuum(url: string, table = ''): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`VACUUM ANALYZE ${table}`);
  } finally {
    await client.end();
  }
}
