import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createSecrets, issueToken, type Secrets } from '#embedded';
import type { Role } from '#platform';
import { addressOf, createTopics, ServiceProcess, testDatabase, testPrefix } from '#testing';
import { serviceNames, servicesWithDatabase, variableOf, type ServiceName } from '../../apps/services.js';

/** A running newsroom. */
export interface Newsroom {
  readonly gatewayUrl: string;
  readonly readerUrl: string;
  token(...roles: Role[]): Promise<string>;
  stop(): Promise<void>;
}

const tokens =
  (signingKey: Secrets['signingKey']): Newsroom['token'] =>
  (...roles) =>
    issueToken(signingKey, { subject: 'journey', roles, hours: 1 });

const main = (app: string): string => resolve('dist', 'apps', app, 'src', 'main.js');

/** The environment without the variables by which this test run finds its own services. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _d, REDIS_URL: _r, KAFKA_BROKERS: _k, ...env } = process.env;
  return env;
}

/** The embedded newsroom, as `npm start` runs it. @param folder its data folder, or else a temporary one. */
export async function embeddedNewsroom(
  folder?: string,
): Promise<Newsroom & { process: ServiceProcess; folder: string }> {
  const data = folder ?? (await mkdtemp(join(tmpdir(), 'newsroom-embedded-')));
  const env = {
    ...cleanEnvironment(),
    NEWSROOM_DATA_DIR: data,
    NEWSROOM_DEMO: 'false',
    GATEWAY_PORT: '0',
    READER_PORT: '0',
  };
  const process_ = await ServiceProcess.start(
    main('newsroom'),
    [],
    env,
    /reader\s+(http\S+)\/\s+gateway\s+\S+[\s\S]*Ctrl-C/,
  );
  const { signingKey } = JSON.parse(await readFile(join(data, 'secrets.json'), 'utf8')) as Secrets;
  const { gatewayUrl, readerUrl } = JSON.parse(
    await readFile(join(data, 'newsroom.json'), 'utf8'),
  ) as Newsroom;
  return {
    gatewayUrl,
    readerUrl,
    token: tokens(signingKey),
    process: process_,
    folder: data,
    stop: async () => {
      await process_.stop();
      if (!folder) await rm(data, { recursive: true, force: true });
    },
  };
}

/** Each service in a process of its own, on real Postgres, Redis and Kafka. */
export async function separateServices(): Promise<Newsroom> {
  const prefix = testPrefix();
  const { readerKey, signingKey, jwks } = await createSecrets();
  const databases = await Promise.all(servicesWithDatabase.map((name) => testDatabase(name)));
  await createTopics(addressOf('kafka'), prefix);
  const common: NodeJS.ProcessEnv = {
    ...cleanEnvironment(),
    READER_KEY: readerKey,
    AUTH_JWKS: JSON.stringify(jwks),
    KAFKA_BROKERS: addressOf('kafka'),
    KAFKA_TOPIC_PREFIX: prefix,
    REDIS_URL: addressOf('redis'),
    REDIS_PREFIX: prefix,
  };
  const processes: ServiceProcess[] = [];
  const urls: Partial<Record<ServiceName, string>> = {};
  const start = async (name: ServiceName, env: NodeJS.ProcessEnv): Promise<void> => {
    const addresses = Object.entries(urls).map(([other, url]) => [variableOf(other, 'URL'), url]);
    const settings = {
      ...common,
      ...env,
      ...Object.fromEntries(addresses),
      [variableOf(name, 'PORT')]: '0',
    };
    const started = await ServiceProcess.start(main(name), [], settings, /"url":"([^"]+)"/);
    processes.push(started);
    urls[name] = started.url;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((one) => one.stop()));
    await Promise.all(databases.map((database) => database.drop()));
  };
  try {
    await Promise.all(
      servicesWithDatabase.map(async (name, i) => {
        const database = { [variableOf(name, 'DATABASE_URL')]: databases[i]!.url };
        await ServiceProcess.start(main(name), ['migrate'], { ...common, ...database }, /(ran|up to date)/);
        await start(name, database);
      }),
    );
    for (const name of serviceNames) if (!servicesWithDatabase.includes(name)) await start(name, {});
    return { gatewayUrl: urls.gateway!, readerUrl: urls.reader!, token: tokens(signingKey), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A newsroom that already runs, such as one under Docker Compose: NEWSROOM_GATEWAY_URL, NEWSROOM_READER_URL, AUTH_SIGNING_KEY. */
export async function runningNewsroom(): Promise<Newsroom> {
  const { NEWSROOM_GATEWAY_URL, NEWSROOM_READER_URL, AUTH_SIGNING_KEY } = process.env;
  if (!NEWSROOM_GATEWAY_URL || !NEWSROOM_READER_URL || !AUTH_SIGNING_KEY) {
    throw new Error(
      'A running newsroom needs NEWSROOM_GATEWAY_URL, NEWSROOM_READER_URL and AUTH_SIGNING_KEY.',
    );
  }
  return {
    gatewayUrl: NEWSROOM_GATEWAY_URL,
    readerUrl: NEWSROOM_READER_URL,
    token: tokens(JSON.parse(AUTH_SIGNING_KEY) as Secrets['signingKey']),
    stop: async () => undefined,
  };
}
