import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import type { LimitFunction } from 'p-limit';
import type { Logger } from '#platform';
import type { Subscription } from '../transport.js';
import { lagOf, type GroupOffsets, type PartitionOffsets } from './group-offsets.js';
import type { OffsetCommits } from './offset-commits.js';
import { PartitionQueue, partitionKey } from './partition-queue.js';
import type { SkippedRecords } from './skipped-records.js';

/** Maximum bytes of messages that wait in this process, over all partitions. */
const QUEUED_BYTES = 24 * 1024 * 1024;

/** Partitions by topic. */
export type Assignment = ConsumerGroupJoinEvent['payload']['memberAssignment'];

export interface AssignedPartitionsOptions {
  readonly consumer: Consumer;
  readonly commits: OffsetCommits;
  readonly offsets: GroupOffsets;
  readonly skipped: SkippedRecords;
  readonly subscription: Subscription;
  readonly topicPrefix: string;
  /** How many partitions are handled at the same time. */
  readonly limit: LimitFunction;
  readonly log: Logger;
  /** Aborts when the membership is over. */
  readonly over: AbortSignal;
}

/** The partitions that one membership of a group has been assigned, each with its queue. */
export class AssignedPartitions {
  private readonly byKey = new Map<string, PartitionQueue>();
  /** The offset at which a fetch began after a gap, by partition; see {@link closeGap}. */
  private readonly gaps = new Map<string, bigint>();

  constructor(private readonly options: AssignedPartitionsOptions) {}

  get queues(): PartitionQueue[] {
    return [...this.byKey.values()];
  }

  /** Milliseconds since the epoch of the oldest message that has not been handled. */
  get oldestAt(): number | undefined {
    const times = this.queues.flatMap(({ oldestAt }) => oldestAt ?? []);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /**
   * Applies a new assignment. A partition that stays keeps its queue: kafkajs may rejoin while a fetch is in progress,
   * and if the queue were emptied, the fetched messages would leave a gap. A new partition begins at the committed offset, and
   * is paused until that is known, see {@link start}.
   * @returns the queues of new partitions.
   */
  assign(assignment: Assignment): PartitionQueue[] {
    const { consumer, commits } = this.options;
    const assigned = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition, key: partitionKey(topic, partition) })),
    );
    const keys = new Set(assigned.map(({ key }) => key));
    void this.end((queue) => !keys.has(partitionKey(queue.topic, queue.partition)));
    commits.forget((key) => !keys.has(key));
    const fresh: PartitionQueue[] = [];
    for (const { topic, partition, key } of assigned) {
      if (this.byKey.has(key)) continue;
      const queue = this.newQueue(topic, partition);
      this.byKey.set(key, queue);
      consumer.pause([{ topic, partitions: [partition] }]);
      fresh.push(queue);
    }
    return fresh;
  }

  /** Starts new queues at the offsets that the group has committed. */
  async start(fresh: readonly PartitionQueue[]): Promise<void> {
    if (fresh.length === 0) return;
    const { offsets, skipped, over } = this.options;
    const positions = new Map(
      (await offsets.read()).map((position) => [partitionKey(position.topic, position.partition), position]),
    );
    if (over.aborted) return;
    for (const queue of fresh) {
      const key = partitionKey(queue.topic, queue.partition);
      if (this.byKey.get(key) !== queue) continue;
      const position = positions.get(key);
      // Checked before the first commit, which would hide a gap between the last commit and the start of the log.
      if (position) skipped.look([position]);
      queue.startAt(position?.committed ?? position?.low ?? 0n);
      this.resume(queue);
    }
  }

  /** Queues a batch that was fetched. */
  enqueue({ batch, resolveOffset }: EachBatchPayload): void {
    const { consumer } = this.options;
    const { topic, partition, messages } = batch;
    const key = partitionKey(topic, partition);
    const queue = this.byKey.get(key);
    if (queue?.wanted === undefined) return;
    // Not in kafkajs' types: the offset that the fetch asked for. After compaction the first message may have a higher offset.
    const { fetchedOffset: from } = batch as typeof batch & { fetchedOffset: string };
    if (!queue.push(messages, { from, last: batch.lastOffset() })) return this.closeGap(queue, BigInt(from));
    this.gaps.delete(key);
    resolveOffset(messages.at(-1)!.offset);
    if (queue.bytes >= this.queueLimit) consumer.pause([{ topic, partitions: [partition] }]);
  }

  /** Notes a fetch that contained only transaction markers. */
  skipMarkers(topic: string, partition: number, fetch: { from: string; last: string }): void {
    this.byKey.get(partitionKey(topic, partition))?.push([], fetch);
  }

  /** Notes the lag of this member's partitions among `offsets`. @returns their offsets. */
  noteOffsets(offsets: readonly PartitionOffsets[]): PartitionOffsets[] {
    const own = offsets.filter(({ topic, partition }) => this.byKey.has(partitionKey(topic, partition)));
    this.options.skipped.look(own);
    for (const position of own) {
      this.byKey.get(partitionKey(position.topic, position.partition))?.noteLag(lagOf(position));
    }
    return own;
  }

  /** Stops fetching. Until it has left the group, kafkajs would fetch the same messages again and again. */
  pauseAll(): void {
    try {
      for (const { topic, partition } of this.queues) {
        this.options.consumer.pause([{ topic, partitions: [partition] }]);
      }
    } catch {
      // The consumer does not fetch any more.
    }
  }

  /** Drops queues; resolves when the messages in progress are done. */
  async end(which: (queue: PartitionQueue) => boolean = () => true): Promise<void> {
    const ended = [...this.byKey].filter(([, queue]) => which(queue));
    for (const [key] of ended) {
      this.byKey.delete(key);
      this.gaps.delete(key);
    }
    await Promise.all(ended.map(([, queue]) => queue.end()));
  }

  private newQueue(topic: string, partition: number): PartitionQueue {
    const { topicPrefix, subscription, log, limit, commits, over } = this.options;
    const queue: PartitionQueue = new PartitionQueue({
      topic,
      partition,
      name: topic.slice(topicPrefix.length),
      subscription,
      log,
      limit,
      onProgress: () => {
        commits.request(queue);
        // Messages in progress may outlast the membership; kafkajs then has no group to fetch for.
        const isCurrent = this.byKey.get(partitionKey(topic, partition)) === queue && !over.aborted;
        if (isCurrent && queue.bytes < this.queueLimit / 2) this.resume(queue);
      },
    });
    return queue;
  }

  /**
   * Records are missing before the fetched ones. The first time, they are fetched again: the fetch may have been
   * requested before a new assignment. If the next fetch has the same gap, the log no longer has these records.
   */
  private closeGap(queue: PartitionQueue, from: bigint): void {
    const { consumer, skipped } = this.options;
    const { topic, partition, wanted } = queue;
    if (wanted === undefined) return;
    const key = partitionKey(topic, partition);
    if (this.gaps.get(key) !== from) {
      this.gaps.set(key, from);
      consumer.seek({ topic, partition, offset: String(wanted) });
      return;
    }
    this.gaps.delete(key);
    queue.skipTo(from);
    consumer.seek({ topic, partition, offset: String(from) });
    skipped.report(topic, partition, wanted, from);
  }

  private get queueLimit(): number {
    return Math.max(256 * 1024, QUEUED_BYTES / Math.max(1, this.byKey.size));
  }

  /** Fetches from a partition again; does nothing when the consumer has just crashed. */
  private resume({ topic, partition }: PartitionQueue): void {
    try {
      this.options.consumer.resume([{ topic, partitions: [partition] }]);
    } catch {
      // kafkajs has left the group; its CRASH event follows.
    }
  }
}
