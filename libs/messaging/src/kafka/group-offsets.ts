import type { Admin, Kafka } from 'kafkajs';

/** Where a group stands in one partition. */
export interface PartitionOffsets {
  readonly topic: string;
  readonly partition: number;
  /** The first record that is still there. */
  readonly low: bigint;
  /** Where the next record will go. */
  readonly high: bigint;
  /** The first record that the group has still to handle; undefined before its first commit. */
  readonly committed: bigint | undefined;
}

/** Records that retention deleted before the group had handled them. */
export const skippedRecords = ({ low, committed }: PartitionOffsets): bigint =>
  committed !== undefined && low > committed ? low - committed : 0n;

/** Records from the committed offset to the end of the log. */
export const lagOf = ({ low, high, committed }: PartitionOffsets): number =>
  Number(high - (committed === undefined || committed < low ? low : committed));

/** Asks the brokers where a group stands, over a connection of its own. */
export class GroupOffsets {
  private readonly admin: Admin;
  private connected: Promise<void> | undefined;

  constructor(
    kafka: Kafka,
    private readonly groupId: string,
    private readonly topics: readonly string[],
  ) {
    this.admin = kafka.admin({ retry: { retries: 2 } });
  }

  async read(): Promise<PartitionOffsets[]> {
    try {
      await (this.connected ??= this.admin.connect());
      const groups = await this.admin.fetchOffsets({ groupId: this.groupId, topics: [...this.topics] });
      const read = groups.map(async ({ topic, partitions }) => {
        const committed = new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
        const ends = await this.admin.fetchTopicOffsets(topic);
        return ends.map(({ partition, low, high }) => {
          const offset = committed.get(partition) ?? -1n;
          return {
            topic,
            partition,
            low: BigInt(low),
            high: BigInt(high),
            committed: offset < 0n ? undefined : offset,
          };
        });
      });
      return (await Promise.all(read)).flat();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.connected = undefined;
    await this.admin.disconnect().catch(() => undefined);
  }
}
