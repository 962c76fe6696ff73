import type { Admin, Kafka } from 'kafkajs';
import { brokerHangs } from './kafka-client.js';

/** Offsets of a group in one partition. */
export interface PartitionOffsets {
  readonly topic: string;
  readonly partition: number;
  /** The first record that retention has not deleted. */
  readonly low: bigint;
  /** The offset of the next record to be written. */
  readonly high: bigint;
  /** The first record that the group has not handled; undefined before its first commit. */
  readonly committed: bigint | undefined;
}

/** Records that retention deleted before the group had handled them. */
export const skippedRecords = ({ low, committed }: PartitionOffsets): bigint =>
  committed !== undefined && low > committed ? low - committed : 0n;

/** Records from the committed offset to the end of the log. */
export const lagOf = ({ low, high, committed }: PartitionOffsets): number =>
  Number(high - (committed === undefined || committed < low ? low : committed));

/** Reads the offsets of a group from the brokers, over a connection of its own. */
export class GroupOffsets {
  private connection: { admin: Admin; hung: Promise<never> } | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly groupId: string,
    private readonly topics: readonly string[],
  ) {}

  /** @throws when a broker does not answer; the next read asks another one. */
  async read(): Promise<PartitionOffsets[]> {
    const connection = (this.connection ??= connect(this.kafka));
    try {
      return await Promise.race([this.readWith(connection.admin), connection.hung]);
    } catch (error) {
      // Another read may have opened a new connection by now.
      if (this.connection === connection) this.connection = undefined;
      void connection.admin.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    await connection?.admin.disconnect().catch(() => undefined);
  }

  private async readWith(admin: Admin): Promise<PartitionOffsets[]> {
    await admin.connect();
    const groups = await admin.fetchOffsets({ groupId: this.groupId, topics: [...this.topics] });
    const read = groups.map(async ({ topic, partitions }) => {
      const committed = new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
      const ends = await admin.fetchTopicOffsets(topic);
      return ends.map(({ partition, low, high }) => {
        const offset = committed.get(partition) ?? -1n;
        const range = { topic, partition, low: BigInt(low), high: BigInt(high) };
        return { ...range, committed: offset < 0n ? undefined : offset };
      });
    });
    return (await Promise.all(read)).flat();
  }
}

function connect(kafka: Kafka): { admin: Admin; hung: Promise<never> } {
  const admin = kafka.admin();
  const hung = new Promise<never>((_, reject) => {
    admin.on(admin.events.REQUEST_TIMEOUT, ({ payload }) => reject(brokerHangs(payload)));
  });
  hung.catch(() => undefined);
  return { admin, hung };
}
