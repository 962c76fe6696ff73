import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Command } from 'commander';
import { databasePasswordOf } from './env.js';
import { servicesWithData } from './service-database.js';

export interface Hosts {
  /** `host:port` */
  readonly postgres: string;
  readonly redis: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** What each process may know, and no more: least privilege. */
export function secretsByService(
  env: Env,
  { postgres, redis }: Hosts,
): Record<string, Record<string, string>> {
  const need = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set. Run «ops env» first, or set it.`);
    return value;
  };
  const pick = (...names: string[]) => Object.fromEntries(names.map((name) => [name, need(name)]));
  const tokens = env['AUTH_JWKS_URL'] ? {} : pick('AUTH_JWKS');
  const database = (service: string) => ({
    [`${service.toUpperCase()}_DATABASE_URL`]: `postgres://${service}:${encodeURIComponent(need(databasePasswordOf(service)))}@${postgres}/${service}`,
  });
  const [articles, comments, polls, recommendations] = servicesWithData.map(database);
  return {
    articles: { ...articles, ...tokens },
    comments: { ...comments, ...tokens, ...pick('READER_KEY') },
    polls: { ...polls, ...tokens, ...pick('READER_KEY') },
    recommendations: {
      ...recommendations,
      ...tokens,
      REDIS_URL: `redis://:${encodeURIComponent(need('REDIS_PASSWORD'))}@${redis}`,
    },
    gateway: { ...tokens, ...pick('READER_KEY') },
    // For `ops databases apply` alone, which makes the roles above.
    databases: {
      DATABASE_URL: `postgres://newsroom:${encodeURIComponent(need('POSTGRES_PASSWORD'))}@${postgres}/postgres`,
      ...articles,
      ...comments,
      ...polls,
      ...recommendations,
    },
  };
}

export const secretsCommand = (): Command =>
  new Command('secrets')
    .description('writes an env file for each service with only what it needs, one Kubernetes Secret each')
    .argument('<folder>', 'where to')
    .option('--postgres <host:port>', 'where Postgres is', 'postgres:5432')
    .option('--redis <host:port>', 'where Redis is', 'redis:6379')
    .option('--env <file>', 'where the secrets are that «ops env» wrote', '.env')
    .action(async (folder: string, { env: file, ...hosts }: Hosts & { env: string }) => {
      const env = { ...parseEnv(await readFile(file, 'utf8')) };
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const byService = Object.entries(secretsByService(env, hosts));
      for (const [service, secrets] of byService) {
        // Kubernetes takes the rest of the line as it is, without quotes.
        const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}\n`);
        await writeFile(join(folder, `${service}.env`), lines.join(''), { mode: 0o600 });
      }
      console.log(`${folder}: ${byService.map(([service]) => `${service}.env`).join(', ')}`);
    });
