import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Command } from 'commander';
import {
  serviceNames,
  serviceOf,
  servicesWithDatabase,
  variableOf,
  type ServiceName,
} from '../../services.js';

export interface Hosts {
  /** `host:port` */
  readonly postgres: string;
  readonly redis: string;
}

type Env = Readonly<Record<string, string | undefined>>;
type Secrets = Readonly<Record<string, string>>;

/** Only the secrets that each process needs. Services without secrets are left out. */
export function secretsByService(env: Env, { postgres, redis }: Hosts): Record<string, Secrets> {
  const need = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set. Run \`ops env\` first, or set it.`);
    return value;
  };
  const secret = (name: string): Secrets => {
    // Services that fetch their keys need no copy of them.
    if (name === 'AUTH_JWKS' && env['AUTH_JWKS_URL']) return {};
    if (name === 'REDIS_URL') {
      return { REDIS_URL: `redis://:${encodeURIComponent(need('REDIS_PASSWORD'))}@${redis}` };
    }
    return { [name]: need(name) };
  };
  const addressOf = (role: string, password: string, database: string): string =>
    `postgres://${role}:${encodeURIComponent(need(password))}@${postgres}/${database}`;
  const addressFor = (name: ServiceName): Secrets => ({
    [variableOf(name, 'DATABASE_URL')]: addressOf(name, variableOf(name, 'DATABASE_PASSWORD'), name),
  });

  const own = serviceNames.map((name) => {
    const { database, secrets = [] } = serviceOf(name);
    const others = secrets.map(secret);
    return [name, merged([...(database ? [addressFor(name)] : []), ...others])] as const;
  });
  return {
    ...Object.fromEntries(own.filter(([, secrets]) => Object.keys(secrets).length > 0)),
    // For `ops databases apply`, which creates the roles of the services.
    databases: merged([
      { DATABASE_URL: addressOf('newsroom', 'POSTGRES_PASSWORD', 'postgres') },
      ...servicesWithDatabase.map(addressFor),
    ]),
  };
}

const merged = (parts: readonly Secrets[]): Secrets => Object.assign({}, ...parts) as Secrets;

export const secretsCommand = (): Command =>
  new Command('secrets')
    .description('write an env file per service with only the secrets that it needs, for Kubernetes Secrets')
    .argument('<folder>', 'where to write the files')
    .option('--postgres <host:port>', 'address of Postgres', 'postgres:5432')
    .option('--redis <host:port>', 'address of Redis', 'redis:6379')
    .option('--env <file>', 'the env file that `ops env` wrote', '.env')
    .action(async (folder: string, { env: file, ...hosts }: Hosts & { env: string }) => {
      const env = { ...parseEnv(await readFile(file, 'utf8')) };
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const byService = Object.entries(secretsByService(env, hosts));
      for (const [service, secrets] of byService) {
        // Kubernetes uses the rest of the line as it is, so without quotes.
        const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
        await writeFile(join(folder, `${service}.env`), lines.join(''), { mode: 0o600 });
      }
      console.log(`${folder}: ${byService.map(([service]) => `${service}.env`).join(', ')}`);
    });
