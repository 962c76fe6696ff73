import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startService, type RunningService } from '#bootstrap';
import {
  createSecrets,
  issueToken,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type Secrets,
} from '#embedded';
import { Loopback } from '#messaging';
import { ConfigError, readConfig } from '#platform';
import { serviceNames, servicesWithDatabase, variableOf, type ServiceName } from '../../services.js';
import { isDemoLoaded, loadDemo } from '../../../demo/load.js';
import { embeddedParts, settings, type NewsroomConfig } from './config.js';
import { DataFolder, jsonFile } from './data-folder.js';
import { serviceDefinition } from './service-definition.js';

export interface Newsroom {
  readonly gatewayUrl: string;
  readonly readerUrl: string;
  stop(): Promise<void>;
}

type Say = (line: string) => void;

/**
 * Starts every service in this process, each as a Nest application on a loopback port. Starts Postgres, the event transport
 * and the cache, too, unless a variable names an external one.
 */
export async function startNewsroom(env: NodeJS.ProcessEnv, say: Say): Promise<Newsroom> {
  const config = readConfig(settings, env);
  refuseInProduction(env);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const folder = await DataFolder.take(config.dataDir);
    stops.push(() => folder.release());
    const secrets = await jsonFile(folder.file('secrets.json'), createSecrets);
    const database = embeddedParts(env).postgres ? await embeddedPostgres(folder, stops, say) : undefined;
    const common = {
      LOG_LEVEL: 'warn',
      ...secretsAsEnv(secrets),
      ...env,
      DATABASE_URL: database?.url('postgres') ?? env['DATABASE_URL'],
      // All services share this process, so each takes a free port; newsroom.json has the addresses.
      OPERATIONS_PORT: '0',
    };
    const { urls, operations } = await startServices(common, config, stops);
    const { gateway: gatewayUrl, reader: readerUrl } = urls;
    await writeFile(
      folder.file('newsroom.json'),
      JSON.stringify({ gatewayUrl, readerUrl, databaseUrl: common.DATABASE_URL, operations }, null, 2),
      { mode: 0o600 },
    );
    if (config.demo) await showDemo(gatewayUrl, readerUrl, secrets, say);
    say(
      `\nThe newsroom is open:\n  reader   ${readerUrl}/\n  gateway  ${gatewayUrl}/v1/articles\n\nCtrl-C stops it.`,
    );
    return { gatewayUrl, readerUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function refuseInProduction(env: NodeJS.ProcessEnv): void {
  if (env['NODE_ENV'] !== 'production') return;
  const { postgres, loopback, cache } = embeddedParts(env);
  const missing = [postgres && 'DATABASE_URL', loopback && 'KAFKA_BROKERS', cache && 'REDIS_URL'].filter(
    Boolean,
  );
  if (missing.length === 0) return;
  throw new ConfigError(`Embedded parts do not run with NODE_ENV=production. Set ${missing.join(', ')}.`);
}

async function embeddedPostgres(
  folder: DataFolder,
  stops: (() => Promise<void>)[],
  say: Say,
): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ folder: folder.file('postgres') });
  stops.push(() => postgres.stop());
  say(`PostgreSQL runs in ${join(folder.path, 'postgres')}.`);
  return postgres;
}

/** Starts the services with a database in parallel, then the gateway and the reader in sequence. */
async function startServices(
  common: NodeJS.ProcessEnv,
  config: NewsroomConfig,
  stops: (() => Promise<void>)[],
): Promise<{ urls: Record<ServiceName, string>; operations: Record<string, string> }> {
  const loopback = new Loopback();
  const urls: Partial<Record<ServiceName, string>> = {};
  const operations: Record<string, string> = {};
  const ports: Partial<Record<ServiceName, number>> = {
    gateway: config.gatewayPort,
    reader: config.readerPort,
  };
  const publicAddresses = {
    ...(config.readerPort && { SITE_URL: `http://127.0.0.1:${config.readerPort}` }),
    ...(config.gatewayPort && { API_URL: `http://127.0.0.1:${config.gatewayPort}` }),
    ...common,
  };
  const start = async (name: ServiceName): Promise<void> => {
    const addresses = Object.entries(urls).map(([other, url]) => [variableOf(other, 'URL'), url]);
    const service: RunningService = await startService(await serviceDefinition(name), {
      env: {
        ...publicAddresses,
        ...Object.fromEntries(addresses),
        [variableOf(name, 'PORT')]: String(ports[name] ?? 0),
      },
      migrate: true,
      providers: [{ provide: Loopback, useValue: loopback }],
    });
    stops.push(() => service.stop());
    urls[name] = service.url;
    operations[name] = service.operationsUrl;
  };
  // Waits for all even if one fails, so that those that start can be stopped.
  const started = await Promise.allSettled(servicesWithDatabase.map(start));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  // Closes before the services stop, so that none gets an event after its database is closed.
  stops.push(() => loopback.close());
  loopback.open();
  for (const name of serviceNames) if (!servicesWithDatabase.includes(name)) await start(name);
  return { urls: urls as Record<ServiceName, string>, operations };
}

const secretsAsEnv = ({ readerKey, jwks }: Secrets) => ({
  READER_KEY: readerKey,
  AUTH_JWKS: JSON.stringify(jwks),
});

async function showDemo(gatewayUrl: string, readerUrl: string, secrets: Secrets, say: Say): Promise<void> {
  if (await isDemoLoaded(gatewayUrl)) return;
  const token = await issueToken(secrets.signingKey, {
    subject: 'demo',
    roles: ['editor', 'sales'],
    hours: 1,
  });
  await loadDemo({ gatewayUrl, token, picturesUrl: `${readerUrl}/pictures`, say });
}
