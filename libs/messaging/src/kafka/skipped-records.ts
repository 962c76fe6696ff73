import type { Logger } from '#platform';
import type { ConsumerMetrics } from './consumer-metrics.js';
import { skippedRecords, type PartitionOffsets } from './group-offsets.js';
import { partitionKey } from './partition-queue.js';

/** Counts and logs records that retention deleted before they were handled, each gap once. */
export class SkippedRecords {
  private readonly reportedTo = new Map<string, bigint>();

  constructor(
    private readonly metrics: ConsumerMetrics,
    private readonly log: Logger,
  ) {}

  /** Looks for gaps between the group's committed offset and the start of the log. */
  look(offsets: readonly PartitionOffsets[]): void {
    for (const position of offsets) {
      const { topic, partition, low, committed } = position;
      const before = this.reportedTo.get(partitionKey(topic, partition)) ?? 0n;
      const records = skippedRecords({
        ...position,
        committed: committed === undefined || committed > before ? committed : before,
      });
      if (records > 0n) this.report(topic, partition, low - records, low);
    }
  }

  report(topic: string, partition: number, from: bigint, to: bigint): void {
    const key = partitionKey(topic, partition);
    if (to <= (this.reportedTo.get(key) ?? 0n)) return;
    this.reportedTo.set(key, to);
    this.metrics.skipped(topic, Number(to - from));
    this.log.error(
      { topic, partition, from: String(from), to: String(to) },
      'retention deleted records before they were handled; run `ops republish` for the publishing service',
    );
  }
}
