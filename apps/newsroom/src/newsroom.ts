import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Loopback } from '#messaging';
import { startService, type RunningService, type ServiceDefinition } from '#bootstrap';
import {
  createSecrets,
  issueToken,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type Secrets,
} from '#embedded';
import { ConfigError, readConfig } from '#platform';
import { articlesApp } from '../../articles/src/service.js';
import { commentsApp } from '../../comments/src/service.js';
import { gatewayApp } from '../../gateway/src/service.js';
import { pollsApp } from '../../polls/src/service.js';
import { readerApp } from '../../reader/src/service.js';
import { recommendationsApp } from '../../recommendations/src/service.js';
import { isDemoLoaded, loadDemo } from '../../../demo/load.js';
import { embeddedParts, settings } from './config.js';
import { DataFolder, jsonFile } from './data-folder.js';

/** Services that store data and emit events; the gateway and the reader stand in front of them. */
const backServices = [articlesApp, commentsApp, pollsApp, recommendationsApp];

export interface Newsroom {
  readonly gatewayUrl: string;
  readonly readerUrl: string;
  stop(): Promise<void>;
}

type Say = (line: string) => void;

/**
 * Starts every service in this process, each a Nest application of its own on a loopback port, and what they need as
 * far as no variable names it outside: Postgres, the event transport, the cache.
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
      // One of each service in this process; newsroom.json says which ports they got.
      OPERATIONS_PORT: '0',
    };
    const { gateway, reader, operations } = await startServices(common, config, stops);
    await writeFile(
      folder.file('newsroom.json'),
      JSON.stringify(
        { gatewayUrl: gateway.url, readerUrl: reader.url, databaseUrl: common.DATABASE_URL, operations },
        null,
        2,
      ),
      { mode: 0o600 },
    );
    if (config.demo) await showDemo(gateway.url, reader.url, secrets, say);
    say(
      `\nThe newsroom is open:\n  reader   ${reader.url}/\n  gateway  ${gateway.url}/v1/articles\n\nCtrl-C stops it.`,
    );
    return { gatewayUrl: gateway.url, readerUrl: reader.url, stop };
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

async function startServices(
  common: NodeJS.ProcessEnv,
  config: { gatewayPort: number; readerPort: number },
  stops: (() => Promise<void>)[],
): Promise<{ gateway: RunningService; reader: RunningService; operations: Record<string, string> }> {
  const loopback = new Loopback();
  const operations: Record<string, string> = {};
  const start = async (definition: ServiceDefinition, env: NodeJS.ProcessEnv): Promise<RunningService> => {
    const service = await startService(definition, {
      env: { ...common, ...env },
      migrate: true,
      providers: [{ provide: Loopback, useValue: loopback }],
    });
    stops.push(() => service.stop());
    operations[service.name] = service.operationsUrl;
    return service;
  };
  const publicAddresses = {
    ...(config.readerPort && { SITE_URL: `http://127.0.0.1:${config.readerPort}` }),
    ...(config.gatewayPort && { API_URL: `http://127.0.0.1:${config.gatewayPort}` }),
    ...common,
  };
  const started = await Promise.allSettled(
    backServices.map((definition) =>
      start(definition, { ...publicAddresses, [`${definition.name.toUpperCase()}_PORT`]: '0' }),
    ),
  );
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  // Before the services stop, so that none gets an event after its database is closed.
  stops.push(() => loopback.close());
  loopback.open();
  const urls = Object.fromEntries(
    started.flatMap((result) =>
      result.status === 'fulfilled' ? [[`${result.value.name.toUpperCase()}_URL`, result.value.url]] : [],
    ),
  );
  const gateway = await start(gatewayApp, {
    ...publicAddresses,
    ...urls,
    GATEWAY_PORT: String(config.gatewayPort),
  });
  const reader = await start(readerApp, {
    ...publicAddresses,
    GATEWAY_URL: gateway.url,
    READER_PORT: String(config.readerPort),
  });
  return { gateway, reader, operations };
}

const secretsAsEnv = ({ readerKey, jwks }: Secrets) => ({
  READER_KEY: readerKey,
  AUTH_JWKS: JSON.stringify(jwks),
});

async function showDemo(gatewayUrl: string, readerUrl: string, secrets: Secrets, say: Say): Promise<void> {
  if (await isDemoLoaded(gatewayUrl)) return;
  const token = await issueToken(secrets.signingKey, {
    subject: 'demo',
    roles: ['editor', 'sales', 'moderator'],
    hours: 1,
  });
  await loadDemo({ gatewayUrl, token, picturesUrl: `${readerUrl}/pictures`, say });
}
