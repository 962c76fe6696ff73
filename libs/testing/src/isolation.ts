import { randomBytes } from 'node:crypto';
import type { describe as Describe } from '@jest/globals';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import pg from 'pg';
import { topicNames } from '#events';
import { waitUntil } from './wait-until.js';

const variables = {
  postgres: 'TEST_DATABASE_URL',
  redis: 'TEST_REDIS_URL',
  kafka: 'TEST_KAFKA_BROKERS',
} as const;
export type TestService = keyof typeof variables;

/** The address of a service of this run. @throws Error when it is missing; see {@link describeWith}. */
export function addressOf(service: TestService): string {
  const address = process.env[variables[service]];
  if (!address) throw new Error(`${variables[service]} is not set; the run started without ${service}.`);
  return address;
}

/** `describe`, skipped where a service could not be had; under CI=true the run would not have started. */
export function describeWith(...services: TestService[]): typeof Describe | (typeof Describe)['skip'] {
  // Jest's global, not an import: benchmarks use this library outside Jest.
  const { describe } = globalThis as unknown as { describe: typeof Describe };
  return services.every((service) => process.env[variables[service]]) ? describe : describe.skip;
}

/** Sets this test's keys, topics and groups apart from all others. */
export const testPrefix = (): string => `t${randomBytes(5).toString('hex')}.`;

export interface TestDatabase {
  readonly url: string;
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** A fresh, empty database on the run's Postgres. */
export async function testDatabase(name = 'test'): Promise<TestDatabase> {
  const database = `${name}_${randomBytes(5).toString('hex')}`;
  const server = addressOf('postgres');
  await onServer(server, `CREATE DATABASE ${database}`);
  const url = new URL(server);
  url.pathname = `/${database}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 4 });
  pool.on('error', () => undefined);
  return {
    url: url.href,
    query: async <Row extends object>(sql: string, values?: unknown[]) =>
      (await pool.query<Row>(sql, values)).rows,
    drop: async () => {
      await pool.end();
      await onServer(server, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    },
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export interface TestTopics {
  readonly partitions?: number;
  /** Copies of each; with more than one, all but one must have a record before it counts as written. */
  readonly replication?: number;
  readonly maxMessageBytes?: number;
}

/** Creates the newsroom's topics under a prefix. */
export async function createTopics(
  brokers: string,
  prefix: string,
  { partitions = 3, replication = 1, maxMessageBytes }: TestTopics = {},
): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const names = topicNames.map((topic) => prefix + topic);
    const configEntries = [
      { name: 'min.insync.replicas', value: String(Math.max(1, replication - 1)) },
      ...(maxMessageBytes ? [{ name: 'max.message.bytes', value: String(maxMessageBytes) }] : []),
    ];
    await admin.createTopics({
      waitForLeaders: false,
      topics: names.map((topic) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: replication,
        configEntries,
      })),
    });
    await waitUntil(
      async () => {
        const { topics } = await admin.fetchTopicMetadata({ topics: names });
        return topics.every(
          (topic) =>
            topic.partitions.length === partitions && topic.partitions.every(({ leader }) => leader >= 0),
        );
      },
      { within: 30_000, what: 'leaders of the topics' },
    );
  });
}

/** Works on a Kafka as its administrator would. */
export async function withAdmin<T>(brokers: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return work(admin).finally(() => admin.disconnect());
}
