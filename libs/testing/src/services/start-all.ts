import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#embedded';
import {
  hasContainerEngine,
  kafkaContainer,
  postgresContainer,
  redisContainer,
  type ContainerService,
} from './containers.js';
import { retried } from './processes.js';
import { canRunKafka, startKafka } from './kafka.js';
import { canRunRedis, startRedis } from './redis.js';

interface Source {
  readonly name: 'Postgres' | 'Redis' | 'Kafka';
  /** A service that is there already, and where tests read the address of the one that was found. */
  readonly variable: string;
  readonly container: () => Promise<ContainerService>;
  readonly canRun: () => Promise<boolean>;
  readonly native: (durable: boolean) => Promise<ContainerService>;
  readonly howTo: string;
}

const sources: readonly Source[] = [
  {
    name: 'Postgres',
    variable: 'TEST_DATABASE_URL',
    container: postgresContainer,
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
    howTo: 'run «npm ci» with development dependencies',
  },
  {
    name: 'Redis',
    variable: 'TEST_REDIS_URL',
    container: redisContainer,
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
    container: kafkaContainer,
    canRun: canRunKafka,
    native: async () => {
      const kafka = await startKafka();
      return { address: kafka.brokers, remove: () => kafka.remove() };
    },
    howTo: 'install Java 17 and Maven',
  },
];

export interface StartServicesOptions {
  /** Whether a Postgres that is started here waits for its disk, as one in production does. Containers do not. */
  readonly durable?: boolean;
}

/**
 * Starts what tests need and is not named in the environment, the three side by side.
 * @returns what to call at the end, to remove what was started.
 */
export async function startServices(
  env: NodeJS.ProcessEnv,
  { durable = false }: StartServicesOptions = {},
): Promise<() => Promise<void>> {
  const missing = sources.filter(({ variable }) => !env[variable]);
  const withContainers = missing.length > 0 && (await hasContainerEngine());
  const started = await Promise.all(missing.map((source) => startOne(source, withContainers, env, durable)));
  return async () => {
    await Promise.all(started.map((service) => service?.remove()));
  };
}

async function startOne(source: Source, withContainers: boolean, env: NodeJS.ProcessEnv, durable: boolean) {
  const { name, variable, container, canRun, native, howTo } = source;
  try {
    if (!withContainers && !(await canRun())) throw new Error('it is not here');
    const service = await (withContainers ? container() : retried(() => native(durable)));
    env[variable] = service.address;
    return service;
  } catch (error) {
    const advice = `To have ${name} for tests set ${variable}, start a container engine, or ${howTo}.`;
    if (env['CI'] === 'true')
      throw new Error(`${name} cannot be started (${String(error)}). ${advice}`, { cause: error });
    process.stderr.write(`\n*** Tests with ${name} are SKIPPED: ${String(error)}. ${advice}\n\n`);
    return undefined;
  }
}
