import type { Consumer } from 'kafkajs';
import type { Logger } from '#platform';
import { partitionKey, type PartitionQueue } from './partition-queue.js';

/** Commits the newest offset of each partition in the background, so that handling does not wait for it. */
export class OffsetCommits {
  private readonly newest = new Map<string, bigint>();
  private wanted = new Map<string, { topic: string; partition: number; offset: string }>();
  private committing: Promise<void> | undefined;
  private generation = 0;

  constructor(
    private readonly consumer: Consumer,
    private readonly log: Logger,
  ) {}

  request({ topic, partition, handled }: PartitionQueue): void {
    const key = partitionKey(topic, partition);
    // A queue that was dropped in a rebalance may finish its chunk after a newer queue has passed it.
    if (handled === undefined || handled <= (this.newest.get(key) ?? -1n)) return;
    this.newest.set(key, handled);
    this.wanted.set(key, { topic, partition, offset: String(handled) });
    this.committing ??= this.commit().finally(() => (this.committing = undefined));
  }

  /** Tries again to commit the rest. Messages whose offset cannot be committed are redelivered, and the inbox skips them. */
  async flush(): Promise<void> {
    await this.committing;
    this.committing ??= this.commit().finally(() => (this.committing = undefined));
    await this.committing;
  }

  /** Drops pending commits of partitions that another member has now: it may be further ahead. */
  forget(isGone: (key: string) => boolean): void {
    this.generation++;
    for (const key of [...this.newest.keys()].filter(isGone)) {
      this.newest.delete(key);
      this.wanted.delete(key);
    }
  }

  private async commit(): Promise<void> {
    while (this.wanted.size > 0) {
      const { wanted: offsets, generation } = this;
      this.wanted = new Map();
      try {
        await this.consumer.commitOffsets([...offsets.values()]);
      } catch (error) {
        if (generation === this.generation) this.wanted = new Map([...offsets, ...this.wanted]);
        return void this.log.debug({ err: error }, 'offsets could not be committed');
      }
    }
  }
}
