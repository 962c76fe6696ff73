import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** Connects to a database of the embedded newsroom whose data folder is `folder`. */
export async function embeddedDatabase(folder: string, name: string): Promise<pg.Client> {
  const state = JSON.parse(await readFile(join(folder, 'newsroom.json'), 'utf8')) as { databaseUrl: string };
  const url = new URL(state.databaseUrl);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return client;
}
