import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, Kafka } from 'kafkajs';
import pLimit, { type LimitFunction } from 'p-limit';
import { Backoff } from '#jobs';
import type { Logger } from '#platform';
import type { MessagingConfig } from '../settings.js';
import type { Subscription } from '../transport.js';
import { AssignedPartitions, type Assignment } from './assigned-partitions.js';
import type { ConsumerMetrics } from './consumer-metrics.js';
import { GroupOffsets, lagOf } from './group-offsets.js';
import { brokerHangs } from './kafka-client.js';
import { OffsetCommits } from './offset-commits.js';
import { SkippedRecords } from './skipped-records.js';

/** Heartbeats per session timeout. */
const HEARTBEATS = 10;
/** Milliseconds a broker holds a fetch when there is nothing new; a resumed partition may have to wait that long. */
const FETCH_WAIT = 250;
/** Bytes of one fetch; a waiting message keeps the whole fetch in memory. */
const FETCH_BYTES = 4 * 1024 * 1024;
/** Milliseconds between attempts to rejoin, growing from the first to the second. */
const rejoin = [500, 15_000] as const;
/** Milliseconds of membership after which the backoff starts again from the first wait. */
const STEADY = 60_000;
/** Milliseconds that a failed membership waits for its handlers. */
const END_WITHIN = 5_000;
/** Milliseconds to commit the last offsets and leave the group. */
const LEAVE_WITHIN = 4_000;
/** Milliseconds between two reads of the group's lag. */
const LOOK_EVERY = 5_000;

type ConsumerConfig = Pick<MessagingConfig, 'topicPrefix' | 'partitionsAtOnce' | 'sessionTimeout'>;

/**
 * Consumes the topics of one subscription as a member of its group. An offset is committed only after the messages before it
 * have taken effect, so a process that dies repeats some messages and misses none.
 *
 * The batch handler only queues messages, so kafkajs never waits for a handler. Any failure of the client ends the membership,
 * and a new consumer joins: there is one recovery path.
 */
export class KafkaConsumer {
  private readonly stopping = new AbortController();
  private readonly limit: LimitFunction;
  private readonly offsets: GroupOffsets;
  private readonly groupId: string;
  private readonly topics: string[];
  private readonly skipped: SkippedRecords;
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
    this.skipped = new SkippedRecords(metrics, log);
  }

  /** Joins the group in the background, however long that takes. */
  start(): void {
    this.metrics.stopped(this.groupId, this.topics);
    this.running ??= this.run();
  }

  /** Finishes messages in progress, commits and leaves the group. */
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
    await Promise.race([this.offsets.close(), delay(1_000)]);
  }

  /** One membership, from joining to leaving. Rejects when it fails; resolves when the process stops. */
  private async beMember(): Promise<void> {
    const consumer = this.newConsumer();
    const commits = new OffsetCommits(consumer, this.log);
    const ended = Promise.withResolvers<void>();
    ended.promise.catch(() => undefined);
    // A late event of a membership that is over, such as the answer of a slow broker, must not touch the next one.
    const over = new AbortController();
    const partitions = this.newPartitions(consumer, commits, over.signal);
    this.stopping.signal.addEventListener('abort', () => ended.resolve(), { signal: over.signal });
    const { events } = consumer;
    consumer.on(events.CRASH, ({ payload }) => ended.reject(payload.error));
    // kafkajs would retry with the broker that hangs; a new client asks the other brokers for the leader.
    consumer.on(events.REQUEST_TIMEOUT, ({ payload }) => {
      // SyncGroup waits for other members, not for the broker.
      if (payload.apiName !== 'SyncGroup') ended.reject(brokerHangs(payload));
    });
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      if (!over.signal.aborted) this.joined(partitions, payload.memberAssignment).catch(ended.reject);
    });
    consumer.on(
      events.START_BATCH_PROCESS,
      ({ payload: { topic, partition, batchSize, firstOffset, lastOffset } }) => {
        // kafkajs skips the handler for a batch that contains only transaction markers.
        if (batchSize > 0 || over.signal.aborted || firstOffset === null) return;
        partitions.skipMarkers(topic, partition, { from: firstOffset, last: lastOffset });
      },
    );
    try {
      await Promise.race([this.startReading(consumer, partitions, over.signal), ended.promise]);
      void this.watchLag(partitions, commits, over.signal);
      await ended.promise;
    } finally {
      over.abort();
      partitions.pauseAll();
      this.metrics.stopped(this.groupId, this.topics, partitions.oldestAt);
      // A stop waits for messages in progress. A failed membership does not wait long: the inbox deduplicates late commits.
      const waits = this.stopping.signal.aborted ? [] : [delay(END_WITHIN)];
      await Promise.race([partitions.end(), ...waits]);
      // A broker may hang. Messages whose offsets could not be committed are redelivered.
      await Promise.race([commits.flush().then(() => consumer.disconnect()), delay(LEAVE_WITHIN)]).catch(
        () => undefined,
      );
    }
  }

  private newConsumer(): Consumer {
    const { sessionTimeout } = this.config;
    return this.kafka.consumer({
      groupId: this.groupId,
      sessionTimeout,
      heartbeatInterval: sessionTimeout / HEARTBEATS,
      maxWaitTimeInMs: Math.min(FETCH_WAIT, sessionTimeout / HEARTBEATS),
      maxBytes: FETCH_BYTES,
      allowAutoTopicCreation: false,
      // kafkajs restarts after some failures only; here all of them take the same path.
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, restartOnFailure: async () => false },
    });
  }

  private newPartitions(consumer: Consumer, commits: OffsetCommits, over: AbortSignal): AssignedPartitions {
    const { offsets, skipped, subscription, limit, log } = this;
    const { topicPrefix } = this.config;
    return new AssignedPartitions({
      consumer,
      commits,
      offsets,
      skipped,
      subscription,
      topicPrefix,
      limit,
      log,
      over,
    });
  }

  private async joined(partitions: AssignedPartitions, assignment: Assignment): Promise<void> {
    const fresh = partitions.assign(assignment);
    this.metrics.joined(this.groupId, partitions.queues);
    this.log.debug({ group: this.groupId, assigned: assignment }, 'partitions were assigned');
    await partitions.start(fresh);
  }

  private async startReading(
    consumer: Consumer,
    partitions: AssignedPartitions,
    over: AbortSignal,
  ): Promise<void> {
    await consumer.connect();
    if (over.aborted) return;
    await consumer.subscribe({ topics: this.topics, fromBeginning: true });
    if (over.aborted) return;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => {
        if (!over.aborted) partitions.enqueue(payload);
      },
    });
  }

  /** Measures the lag until the membership is over. */
  private async watchLag(
    partitions: AssignedPartitions,
    commits: OffsetCommits,
    over: AbortSignal,
  ): Promise<void> {
    while (!over.aborted) {
      const offsets = await this.offsets.read().catch((error: unknown) => {
        this.log.warn({ err: error, group: this.groupId }, 'the lag of the group could not be read');
        return [];
      });
      if (over.aborted) return;
      const own = partitions.noteOffsets(offsets);
      this.metrics.behind(own.map((position) => ({ ...position, lag: lagOf(position) })));
      await commits.flush();
      await delay(LOOK_EVERY, undefined, { signal: over }).catch(() => undefined);
    }
  }
}
