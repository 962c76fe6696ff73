import { Counter, Gauge, type Registry } from 'prom-client';
import type { PartitionQueue } from './partition-queue.js';

/** Metrics of the consumers of one process. */
export class ConsumerMetrics {
  private readonly running: Gauge;
  private readonly lag: Gauge;
  private readonly skippedTotal: Counter;
  private queues: PartitionQueue[] = [];
  /** While the consumer does not run: since when, in milliseconds since the epoch, and the topics it would read. */
  private stoppedSince: { at: number; topics: readonly string[] } | undefined;

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = ['topic', 'partition'];
    this.running = new Gauge({
      name: 'events_consumer_running',
      help: '1 while the service is a member of its consumer group, else 0.',
      labelNames: ['group'],
      registers,
    });
    this.lag = new Gauge({
      name: 'events_lag',
      help: 'Records between the committed offset and the end of the log, for the partitions of this process. Updated every 5 s.',
      labelNames,
      registers,
    });
    this.skippedTotal = new Counter({
      name: 'events_skipped_total',
      help: 'Records that retention deleted before this service had handled them.',
      labelNames: ['topic'],
      registers,
    });
    const { oldest, blocked } = this;
    const unhandled = new Gauge({
      name: 'events_oldest_unhandled_seconds',
      help: 'Age of the oldest event not yet handled. While the consumer is down: seconds for which it has been down or behind.',
      labelNames,
      registers: [],
      collect() {
        this.reset();
        for (const { labels, at } of oldest()) {
          this.set(labels, at === undefined ? 0 : (Date.now() - at) / 1_000);
        }
      },
    });
    const blockedBy = new Gauge({
      name: 'events_blocked',
      help: '1 while events fail because of a missing table, column, function or permission, or a wrong password. An operator has to fix it.',
      labelNames,
      registers: [],
      collect() {
        this.reset();
        for (const { labels, value } of blocked()) this.set(labels, value);
      },
    });
    for (const gauge of [unhandled, blockedBy]) registry.registerMetric(gauge);
  }

  joined(group: string, queues: Iterable<PartitionQueue>): void {
    this.queues = [...queues];
    this.stoppedSince = undefined;
    this.running.set({ group }, 1);
    this.lag.reset();
  }

  /** @param oldestAt time of the oldest event that was waiting, in milliseconds since the epoch. */
  stopped(group: string, topics: readonly string[], oldestAt = Date.now()): void {
    this.queues = [];
    this.stoppedSince ??= { at: oldestAt, topics };
    this.running.set({ group }, 0);
    this.lag.reset();
  }

  behind(partitions: readonly { topic: string; partition: number; lag: number }[]): void {
    this.lag.reset();
    for (const { topic, partition, lag } of partitions) this.lag.set({ topic, partition }, lag);
  }

  skipped(topic: string, records: number): void {
    this.skippedTotal.inc({ topic }, records);
  }

  private readonly oldest = (): { labels: Record<string, string | number>; at: number | undefined }[] => {
    const { stoppedSince } = this;
    if (stoppedSince) {
      return stoppedSince.topics.map((topic) => ({
        labels: { topic, partition: 'all' },
        at: stoppedSince.at,
      }));
    }
    return this.queues.map(({ topic, partition, oldestAt }) => ({
      labels: { topic, partition },
      at: oldestAt,
    }));
  };

  private readonly blocked = (): { labels: Record<string, string | number>; value: number }[] =>
    this.queues.map(({ topic, partition, isBlocked }) => ({
      labels: { topic, partition },
      value: isBlocked ? 1 : 0,
    }));
}
