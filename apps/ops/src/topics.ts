import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import kafkajs, { type Admin } from 'kafkajs';
import { z } from 'zod';
import { topicNames, topics } from '#events';
import { retryUntilReady } from '#jobs';
import { kafkaClient, messagingSettings } from '#messaging';
import { readConfig, setting, envText, type ConfigOf } from '#platform';

/** Milliseconds within which every broker must know a new topic. */
const KNOWN_WITHIN = 30_000;
/** The source of a setting that was set on the topic itself. https://kafka.apache.org/protocol#The_Messages_DescribeConfigs */
const SET_FOR_THIS_TOPIC = 1;

export const topicSettings = {
  ...messagingSettings,
  partitions: setting('KAFKA_PARTITIONS', envText.int(1, 200, 6), 'partitions of a new topic, from 1 to 200'),
  replication: setting(
    'KAFKA_REPLICATION',
    z.coerce.number().int().min(1).max(9).optional(),
    'copies of a new topic, from 1 to 9 (unset: three, or one per broker if there are fewer)',
  ),
};

type TopicSettings = ConfigOf<typeof topicSettings>;
type Print = (line: string) => void;

/**
 * Creates missing topics, and applies the settings of the contracts to existing ones. Keeps all other settings. Never changes
 * partition counts or replication. Idempotent.
 */
export async function applyTopics(config: TopicSettings, print: Print): Promise<void> {
  const admin = await connect(config);
  try {
    const existing = await admin.listTopics();
    const copies = config.replication ?? Math.min(3, (await admin.describeCluster()).brokers.length);
    for (const name of topicNames) {
      const topic = {
        name: config.topicPrefix + name,
        settings: topics[name].config as Record<string, string>,
      };
      if (existing.includes(topic.name)) await adjust(admin, topic, { ...config, copies }, print);
      else await create(admin, topic, { ...config, copies }, print);
    }
  } finally {
    await admin.disconnect();
  }
}

/** Waits up to five minutes for brokers that are still starting. */
export async function applyTopicsWhenReady(config: TopicSettings, print: Print): Promise<void> {
  if (config.kafkaBrokers.length === 0) throw new Error('KAFKA_BROKERS is not set.');
  const onRetry = (error: unknown): void =>
    print(`Kafka is not ready (${(error as Error).message}). Waiting.`);
  await retryUntilReady({ isTransient: isTransientInKafka, onRetry }, () => applyTopics(config, print));
}

interface Topic {
  readonly name: string;
  /** Those of the contract. */
  readonly settings: Readonly<Record<string, string>>;
}

interface Wanted {
  readonly partitions: number;
  readonly copies: number;
}

async function connect(config: TopicSettings): Promise<Admin> {
  const admin = kafkaClient('ops', config).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    // The default number of copies depends on the number of brokers, so all of them must be up.
    if (config.replication === undefined && brokers.length < config.kafkaBrokers.length) {
      throw new Error(
        `${brokers.length} of ${config.kafkaBrokers.length} brokers are up; start the others or set KAFKA_REPLICATION`,
      );
    }
    return admin;
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    throw error;
  }
}

async function create(
  admin: Admin,
  { name, settings }: Topic,
  { partitions, copies }: Wanted,
  print: Print,
): Promise<void> {
  // All copies but one must acknowledge: writes continue with one broker down, and acknowledged events survive the loss of another.
  const withCopies = { ...settings, 'min.insync.replicas': String(Math.max(1, copies - 1)) };
  const isNew = await admin.createTopics({
    // Leaders are elected within moments; clients that need one wait.
    waitForLeaders: false,
    topics: [
      {
        topic: name,
        numPartitions: partitions,
        replicationFactor: copies,
        configEntries: entriesOf(withCopies),
      },
    ],
  });
  // Another process created it first, or this broker did not know it yet.
  if (!isNew) return adjust(admin, { name, settings }, { partitions, copies }, print);
  print(`${name}: created with ${partitions} partitions, ${copies} copies, ${wordsOf(withCopies)}`);
}

async function adjust(admin: Admin, topic: Topic, wanted: Wanted, print: Print): Promise<void> {
  const { name, settings } = topic;
  const current = await settingsOf(admin, name);
  const changes = Object.entries(settings).filter(([key, value]) => current.values[key] !== value);
  if (changes.length > 0) {
    // AlterConfigs replaces all settings of a topic, so the request includes those of operators.
    const all = { ...current.setHere, ...settings };
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries: entriesOf(all) }],
    });
  }
  for (const [key, value] of changes) print(`${name}: ${key} ${current.values[key] ?? 'unset'} → ${value}`);
  if (changes.length === 0) print(`${name}: up to date`);
  await warn(admin, name, wanted, Number(current.values['min.insync.replicas'] ?? 1), print);
}

/** Retries while the broker does not know a new topic yet. */
async function describe(admin: Admin, name: string) {
  const deadline = performance.now() + KNOWN_WITHIN;
  for (;;) {
    try {
      return await admin.describeConfigs({
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
        includeSynonyms: false,
      });
    } catch (error) {
      const isUnknown = (error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION';
      if (!isUnknown || performance.now() > deadline) throw error;
      await delay(200);
    }
  }
}

async function settingsOf(admin: Admin, name: string) {
  const { resources } = await describe(admin, name);
  const entries = resources[0]?.configEntries ?? [];
  const pairs = (of: typeof entries) =>
    Object.fromEntries(of.map(({ configName, configValue }) => [configName, configValue]));
  return {
    values: pairs(entries),
    setHere: pairs(entries.filter(({ configSource }) => Number(configSource) === SET_FOR_THIS_TOPIC)),
  };
}

/** Warns about differences that this command does not fix, since that would move keys between partitions or data between brokers. */
async function warn(
  admin: Admin,
  name: string,
  { partitions, copies }: Wanted,
  minInSync: number,
  print: Print,
): Promise<void> {
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [name] });
  const has = found[0]?.partitions ?? [];
  const hasCopies = Math.min(...has.map(({ replicas }) => replicas.length));
  if (has.length !== partitions) {
    print(
      `${name}: WARNING: has ${has.length} partitions, not ${partitions}; left as it is, so that keys stay in order`,
    );
  }
  if (hasCopies < copies) {
    print(`${name}: WARNING: has ${hasCopies} copies, not ${copies}; use kafka-reassign-partitions.sh`);
  }
  if (hasCopies > 1 && minInSync < 2) {
    print(
      `${name}: WARNING: min.insync.replicas is ${minInSync}, so an event can be lost with the only broker that has it`,
    );
  }
}

const entriesOf = (settings: Readonly<Record<string, string>>) =>
  Object.entries(settings).map(([name, value]) => ({ name, value }));

const wordsOf = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

/** Starting or missing brokers are transient failures; a rejected login or a missing permission is not. */
function isTransientInKafka(error: unknown): boolean {
  const { name = '', type = '' } = error as { name?: string; type?: string };
  return name !== 'KafkaJSSASLAuthenticationError' && !/AUTHORIZATION/.test(type);
}

export const topicsCommand = (): Command =>
  new Command('topics').description('manage the Kafka topics').addCommand(
    new Command('apply')
      .description('create missing topics, and apply the settings of the contracts')
      .action(() => {
        const config = readConfig(topicSettings, process.env);
        return applyTopicsWhenReady(config, (line) => console.log(line));
      }),
  );
