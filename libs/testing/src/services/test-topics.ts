import { topicNames } from '#events';
import { waitUntil } from '../timing/wait-until.js';
import { withAdmin } from './kafka-admin.js';

export interface TestTopics {
  readonly partitions?: number;
  /** Copies of each topic. With more than one, all but one must have a record before it counts as written. */
  readonly replication?: number;
  readonly maxMessageBytes?: number;
}

/** Creates the newsroom's topics under a prefix and waits until each partition has a leader. */
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
