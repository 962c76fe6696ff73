import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload, Kafka } from 'kafkajs';
import pLimit, { type LimitFunction } from 'p-limit';
import { Backoff, type Logger } from '#platform';
import type { MessagingConfig } from '../settings.js';
import type { Subscription } from '../transport.js';
import type { ConsumerMetrics } from './consumer-metrics.js';
import { brokerHangs } from './kafka-client.js';
import { GroupOffsets, lagOf, skippedRecords, type PartitionOffsets } from './group-offsets.js';
import { OffsetCommits } from './offset-commits.js';
import { PartitionQueue, placeOf } from './partition-queue.js';

/** Signs of life within one session timeout. */
const HEARTBEATS = 10;
/** Milliseconds a broker holds a fetch back when there is nothing new: how long a partition that was paused may wait. */
const FETCH_WAIT = 250;
/** Bytes of messages that wait in this process, over all partitions. */
const QUEUED_BYTES = 24 * 1024 * 1024;
/** Milliseconds between attempts to be a member again, growing from the first to the second. */
const rejoin = [500, 15_000] as const;
/** Milliseconds of membership after which a failure counts as a first one. */
const STEADY = 60_000;
/** Milliseconds to commit the last offsets and leave the group. */
const LEAVE_WITHIN = 4_000;
/** Milliseconds between looks at how far the group is behind. */
const LOOK_EVERY = 5_000;

type ConsumerConfig = Pick<MessagingConfig, 'topicPrefix' | 'partitionsAtOnce' | 'sessionTimeout'>;

/**
 * Reads the topics of one subscription as a member of its group. An offset is committed only after the messages
 * before it have taken effect, so a process that dies repeats some and misses none.
 *
 * The batch handler only queues messages, so kafkajs never waits for a handler. Any client failure ends the membership and a
 * new consumer joins: one recovery path.
 */
export class KafkaConsumer {
  private readonly stopping = new AbortController();
  private readonly queues = new Map<string, PartitionQueue>();
  private readonly limit: LimitFunction;
  private readonly offsets: GroupOffsets;
  private readonly groupId: string;
  private readonly topics: string[];
  /** Where retention has been seen to overtake the group, so that it is reported once. */
  private readonly skippedTo = new Map<string, bigint>();
  private running: Promise<void> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly subscription: Subscription,
    private readonly config: ConsumerConfig,
    private readonly metrics: ConsumerMetrics,
    private readonly log: Logger,
  ) {
    this.groupId = config.topicPrefix + subscription.group;
    this.topics = subscription.topics.map((topic) => config.topicPrefix + topic);
    this.limit = pLimit(config.partitionsAtOnce);
    this.offsets = new GroupOffsets(kafka, this.groupId, this.topics);
  }

  /** Joins the group in the background, for as long as it takes. */
  start(): void {
    this.metrics.stopped(this.groupId, this.topics);
    this.running ??= this.run();
  }

  /** Finishes what is being handled, commits and leaves the group. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const backoff = new Backoff(...rejoin);
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        await this.beMember();
      } catch (error) {
        if (signal.aborted) break;
        if (performance.now() - startedAt > STEADY) backoff.reset();
        const wait = backoff.next();
        this.log.error(
          { err: error, group: this.groupId, retryInMs: Math.round(wait) },
          'consumer failed, rejoining the group',
        );
        await delay(wait, undefined, { signal }).catch(() => undefined);
      }
    }
    await this.offsets.close();
  }

  /** One membership, from joining to leaving. Rejects when it fails; resolves when the process stops. */
  private async beMember(): Promise<void> {
    const consumer = this.kafka.consumer({
      groupId: this.groupId,
      sessionTimeout: this.config.sessionTimeout,
      heartbeatInterval: this.config.sessionTimeout / HEARTBEATS,
      maxWaitTimeInMs: Math.min(FETCH_WAIT, this.config.sessionTimeout / HEARTBEATS),
      allowAutoTopicCreation: false,
      // kafkajs itself restarts after some failures only; here every failure has the same way back.
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, restartOnFailure: async () => false },
    });
    const commits = new OffsetCommits(consumer, this.log);
    const ended = Promise.withResolvers<void>();
    ended.promise.catch(() => undefined);
    const over = new AbortController();
    this.stopping.signal.addEventListener('abort', () => ended.resolve(), { signal: over.signal });
    const { events } = consumer;
    consumer.on(events.CRASH, ({ payload }) => ended.reject(payload.error));
    // kafkajs would go on asking a broker that hangs; a new client asks the others who leads now.
    consumer.on(events.REQUEST_TIMEOUT, ({ payload }) => ended.reject(brokerHangs(payload)));
    // What is left of a membership that is over, such as a late answer of a broker, must not touch the next one.
    consumer.on(events.GROUP_JOIN, (event) => {
      if (!over.signal.aborted) this.joined(event, consumer, commits, over.signal);
    });
    consumer.on(events.START_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
      // Only markers of transactions, which kafkajs keeps to itself.
      const isMarker = batchSize === 0 && !over.signal.aborted;
      if (isMarker) this.queues.get(placeOf(topic, partition))?.push([], lastOffset);
    });
    try {
      await Promise.race([this.startReading(consumer, over.signal), ended.promise]);
      void this.lookAtOffsets(commits, over.signal);
      await ended.promise;
    } finally {
      over.abort();
      this.metrics.stopped(this.groupId, this.topics, oldestOf(this.queues));
      await this.endQueues();
      // A broker that hangs is not waited for: what could not be committed is brought again.
      await Promise.race([commits.flush().then(() => consumer.disconnect()), delay(LEAVE_WITHIN)]).catch(
        () => undefined,
      );
    }
  }

  private async startReading(consumer: Consumer, over: AbortSignal): Promise<void> {
    await consumer.connect();
    // Before anything is committed, so that a gap between the last commit and what is left of the log is seen.
    this.reportSkipped(await this.offsets.read());
    if (over.aborted) return;
    await consumer.subscribe({ topics: this.topics, fromBeginning: true });
    if (over.aborted) return;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => {
        if (!over.aborted) this.enqueue(payload, consumer);
      },
    });
  }

  /** New assignment: fetching restarts at the committed offsets, so queued messages would be redelivered. Drops them. */
  private joined(
    { payload }: ConsumerGroupJoinEvent,
    consumer: Consumer,
    commits: OffsetCommits,
    over: AbortSignal,
  ): void {
    void this.endQueues();
    commits.forget();
    const assigned = Object.entries(payload.memberAssignment);
    for (const [topic, partitions] of assigned) {
      for (const partition of partitions) {
        const queue = new PartitionQueue({
          topic,
          partition,
          name: topic.slice(this.config.topicPrefix.length),
          subscription: this.subscription,
          log: this.log,
          limit: this.limit,
          onProgress: () => {
            commits.request(queue);
            // A chunk may end after its membership; kafkajs then has no group to fetch for.
            const isOurs = this.queues.get(placeOf(topic, partition)) === queue && !over.aborted;
            if (isOurs && queue.bytes < this.queueLimit / 2) resume(consumer, topic, partition);
          },
        });
        this.queues.set(placeOf(topic, partition), queue);
        resume(consumer, topic, partition);
      }
    }
    this.metrics.joined(this.groupId, this.queues.values());
    this.log.debug({ group: this.groupId, assigned }, 'partitions were assigned');
  }

  private enqueue({ batch, resolveOffset }: EachBatchPayload, consumer: Consumer): void {
    const { topic, partition, messages } = batch;
    const queue = this.queues.get(placeOf(topic, partition));
    if (!queue) return;
    queue.push(messages, batch.lastOffset());
    resolveOffset(messages.at(-1)!.offset);
    if (queue.bytes >= this.queueLimit) consumer.pause([{ topic, partitions: [partition] }]);
  }

  private get queueLimit(): number {
    return Math.max(256 * 1024, QUEUED_BYTES / Math.max(1, this.queues.size));
  }

  private async endQueues(): Promise<void> {
    const queues = [...this.queues.values()];
    this.queues.clear();
    await Promise.all(queues.map((queue) => queue.end()));
  }

  /** Measures the lag until the membership is over. */
  private async lookAtOffsets(commits: OffsetCommits, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const offsets = await this.offsets.read().catch((error: unknown) => {
        this.log.debug({ err: error }, 'the lag could not be read');
        return [];
      });
      const own = offsets.filter(({ topic, partition }) => this.queues.has(placeOf(topic, partition)));
      if (over.aborted) return;
      this.reportSkipped(own);
      this.metrics.behind(own.map((one) => ({ ...one, lag: lagOf(one) })));
      await commits.flush();
      await delay(LOOK_EVERY, undefined, { signal: over }).catch(() => undefined);
    }
  }

  private reportSkipped(offsets: readonly PartitionOffsets[]): void {
    for (const one of offsets) {
      const { topic, partition, low, committed } = one;
      const place = placeOf(topic, partition);
      const before = this.skippedTo.get(place) ?? 0n;
      const records = skippedRecords({
        ...one,
        committed: committed === undefined || committed > before ? committed : before,
      });
      if (records === 0n) continue;
      this.skippedTo.set(place, low);
      this.metrics.skipped(topic, Number(records));
      this.log.error(
        { topic, partition, committed: String(committed), first: String(low), records: String(records) },
        'retention deleted records before they were handled; run «ops republish» for the publishing service',
      );
    }
  }
}

/** Fetches from a partition again; nothing when the consumer has just crashed. */
function resume(consumer: Consumer, topic: string, partition: number): void {
  try {
    consumer.resume([{ topic, partitions: [partition] }]);
  } catch {
    // kafkajs has given the group up and is about to say so.
  }
}

const oldestOf = (queues: ReadonlyMap<string, PartitionQueue>): number | undefined => {
  const times = [...queues.values()].flatMap(({ oldestAt }) => oldestAt ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
};
