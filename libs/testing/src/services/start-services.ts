import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#embedded';
import type * as containers from './containers.js';
import { canRunKafka, startKafka } from './kafka.js';
import { canRunRedis, startRedis } from './redis.js';
import { retried } from './server.js';

type ContainerService = containers.ContainerService;

interface Source {
  readonly name: 'Postgres' | 'Redis' | 'Kafka';
  /** Holds the address of a service that already runs, or of the one that is started here. */
  readonly variable: string;
  readonly container: 'postgresContainer' | 'redisContainer' | 'kafkaContainer';
  readonly canRun: () => Promise<boolean>;
  readonly native: (durable: boolean) => Promise<ContainerService>;
  readonly howTo: string;
}

const sources: readonly Source[] = [
  {
    name: 'Postgres',
    variable: 'TEST_DATABASE_URL',
    container: 'postgresContainer',
    canRun: async () => true,
    native: async (durable) => {
      const folder = await mkdtemp(join(tmpdir(), 'newsroom-postgres-'));
      const settings = { max_connections: '400', shared_buffers: '256MB' };
      const postgres = await startEmbeddedPostgres({ folder, durable, settings });
      const remove = async () => {
        await postgres.stop();
        await rm(folder, { recursive: true, force: true });
      };
      return { address: postgres.url('postgres'), remove };
    },
    howTo: 'run `npm ci` with development dependencies',
  },
  {
    name: 'Redis',
    variable: 'TEST_REDIS_URL',
    container: 'redisContainer',
    canRun: canRunRedis,
    native: async () => {
      const redis = await startRedis();
      return { address: redis.url, remove: () => redis.remove() };
    },
    howTo: 'install redis-server',
  },
  {
    name: 'Kafka',
    variable: 'TEST_KAFKA_BROKERS',
    container: 'kafkaContainer',
    canRun: canRunKafka,
    native: async () => {
      const kafka = await startKafka();
      return { address: kafka.brokers, remove: () => kafka.remove() };
    },
    howTo: 'install Java 17 and Maven',
  },
];

export interface StartServicesOptions {
  /** Whether a Postgres that is started here syncs to disk, as in production. Containers do not. */
  readonly durable?: boolean;
}

/**
 * Starts the services that tests need and the environment does not name, all at the same time.
 * @returns a function that removes what was started.
 */
export async function startServices(
  env: NodeJS.ProcessEnv,
  { durable = false }: StartServicesOptions = {},
): Promise<() => Promise<void>> {
  const missing = sources.filter(({ variable }) => !env[variable]);
  const engine = missing.length > 0 ? await containerEngine() : undefined;
  const started = await Promise.all(missing.map((source) => startOne(source, engine, env, durable)));
  return async () => {
    await Promise.all(started.map((service) => service?.remove()));
  };
}

/** Loaded only here: test files import this library, and none of them needs the container client. */
async function containerEngine(): Promise<typeof containers | undefined> {
  const engine = await import('./containers.js');
  return (await engine.hasContainerEngine()) ? engine : undefined;
}

async function startOne(
  source: Source,
  engine: typeof containers | undefined,
  env: NodeJS.ProcessEnv,
  durable: boolean,
) {
  const { name, variable, container, canRun, native, howTo } = source;
  try {
    if (!engine && !(await canRun())) throw new Error('it is not installed');
    const service = await (engine ? engine[container]() : retried(() => native(durable)));
    env[variable] = service.address;
    return service;
  } catch (error) {
    const advice = `To run tests with ${name}, set ${variable}, start a container engine, or ${howTo}.`;
    if (env['CI'] === 'true') {
      throw new Error(`${name} did not start: ${String(error)}. ${advice}`, { cause: error });
    }
    process.stderr.write(`\n*** Tests with ${name} are SKIPPED: ${String(error)}. ${advice}\n\n`);
    return undefined;
  }
}
