import { Command } from 'commander';
import kafkajs, { type Admin } from 'kafkajs';
import { topicNames, topics } from '#events';
import { kafkaClient, messagingSettings } from '#messaging';
import { readConfig, setting, text } from '#platform';

const settings = {
  ...messagingSettings,
  partitions: setting('KAFKA_PARTITIONS', text.int(1, 200, 6), 'partitions of a topic, from 1 to 200'),
  replication: setting('KAFKA_REPLICATION', text.int(1, 9, 1), 'copies of a topic, from 1 to 9'),
};

/** Brings the topics of the event log to what the contracts say. Safe to run again. */
async function apply(): Promise<void> {
  const config = readConfig(settings, process.env);
  if (config.kafkaBrokers.length === 0) throw new Error('KAFKA_BROKERS is not set.');
  const admin = kafkaClient('ops', config).admin();
  await admin.connect();
  try {
    const existing = await admin.listTopics();
    for (const name of topicNames) {
      const topic = config.topicPrefix + name;
      const entries = Object.entries(topics[name].config).map(([key, value]) => ({ name: key, value }));
      if (existing.includes(topic)) {
        await admin.alterConfigs({
          validateOnly: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: entries }],
        });
        await warnOfPartitions(admin, topic, config.partitions);
        console.log(`${topic}: settings applied`);
        continue;
      }
      const { partitions: numPartitions, replication: replicationFactor } = config;
      await admin.createTopics({
        // Leaders come within moments; who needs one waits for it.
        waitForLeaders: false,
        topics: [{ topic, numPartitions, replicationFactor, configEntries: entries }],
      });
      console.log(`${topic}: created with ${numPartitions} partitions`);
    }
  } finally {
    await admin.disconnect();
  }
}

/** More partitions would send later events of a key elsewhere, past its earlier ones; that is never done silently. */
async function warnOfPartitions(admin: Admin, topic: string, wanted: number): Promise<void> {
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] });
  const has = found[0]?.partitions.length;
  if (has !== wanted)
    console.log(`${topic}: has ${has} partitions, not ${wanted}; left as it is to keep keys in order`);
}

export const topicsCommand = (): Command =>
  new Command('topics')
    .description('the topics of the event log')
    .addCommand(
      new Command('apply').description('creates missing topics and applies their settings').action(apply),
    );
