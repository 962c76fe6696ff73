import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '#embedded';
import { install } from './debian.js';
import { Server } from './server.js';

export interface PgBouncer {
  /** The address of the same database, through PgBouncer. */
  url(database: string): string;
  remove(): Promise<void>;
}

/** Starts PgBouncer in front of a Postgres, in transaction mode and with the settings of docs/operating.md. */
export async function startPgBouncer(postgres: string): Promise<PgBouncer> {
  await install('pgbouncer');
  const server = new URL(postgres);
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'newsroom-pgbouncer-'));
  const file = (name: string) => join(folder, name);
  const through = (database: string): string => {
    const url = new URL(database);
    url.host = `127.0.0.1:${port}`;
    return url.href;
  };
  await writeFile(
    file('users.txt'),
    `"${decodeURIComponent(server.username)}" "${decodeURIComponent(server.password)}"`,
  );
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: file('users.txt'),
    pool_mode: 'transaction',
    default_pool_size: 10,
  };
  await writeFile(
    file('pgbouncer.ini'),
    [
      '[databases]',
      `* = host=${server.hostname} port=${server.port}`,
      '[pgbouncer]',
      ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
    ].join('\n'),
  );
  // PgBouncer refuses to run as root, so another user must be able to read these files.
  await chmod(folder, 0o755);
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const bouncer = new Server(['pgbouncer', ...user, file('pgbouncer.ini')], () => answers(through(postgres)));
  await bouncer.start();
  return {
    url: through,
    remove: async () => {
      await bouncer.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
  return true;
}
