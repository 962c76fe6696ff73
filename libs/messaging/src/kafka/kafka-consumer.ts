import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload, Kafka } from 'kafkajs';
import pLimit, { type LimitFunction } from 'p-limit';
import { Backoff } from '#jobs';
import type { Logger } from '#platform';
import type { MessagingConfig } from '../settings.js';
import type { Subscription } from '../transport.js';
import type { ConsumerMetrics } from './consumer-metrics.js';
import { brokerHangs } from './kafka-client.js';
import { GroupOffsets, lagOf } from './group-offsets.js';
import { OffsetCommits } from './offset-commits.js';
import { PartitionQueue, placeOf } from './partition-queue.js';
import { SkippedRecords } from './skipped-records.js';

/** Signs of life within one session timeout. */
const HEARTBEATS = 10;
/** Milliseconds a broker holds a fetch back when there is nothing new: how long a partition that was paused may wait. */
const FETCH_WAIT = 250;
/** Bytes of one answer; a message that waits keeps the whole answer in memory. */
const FETCH_BYTES = 4 * 1024 * 1024;
/** Bytes of messages that wait in this process, over all partitions. */
const QUEUED_BYTES = 24 * 1024 * 1024;
/** Milliseconds between attempts to be a member again, growing from the first to the second. */
const rejoin = [500, 15_000] as const;
/** Milliseconds of membership after which a failure counts as a first one. */
const STEADY = 60_000;
/** Milliseconds a failed membership waits for its handlers. */
const END_WITHIN = 5_000;
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
  private readonly skipped: SkippedRecords;
  /** Where an answer began behind a gap, by partition; see {@link closeGap}. */
  private readonly gaps = new Map<string, bigint>();
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
    await Promise.race([this.offsets.close(), delay(1_000)]);
  }

  /** One membership, from joining to leaving. Rejects when it fails; resolves when the process stops. */
  private async beMember(): Promise<void> {
    const consumer = this.kafka.consumer({
      groupId: this.groupId,
      sessionTimeout: this.config.sessionTimeout,
      heartbeatInterval: this.config.sessionTimeout / HEARTBEATS,
      maxWaitTimeInMs: Math.min(FETCH_WAIT, this.config.sessionTimeout / HEARTBEATS),
      maxBytes: FETCH_BYTES,
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
    consumer.on(events.REQUEST_TIMEOUT, ({ payload }) => {
      // It waits for another member, not for the broker.
      if (payload.apiName !== 'SyncGroup') ended.reject(brokerHangs(payload));
    });
    // What is left of a membership that is over, such as a late answer of a broker, must not touch the next one.
    consumer.on(events.GROUP_JOIN, (event) => {
      if (!over.signal.aborted) this.joined(event, consumer, commits, over.signal).catch(ended.reject);
    });
    consumer.on(
      events.START_BATCH_PROCESS,
      ({ payload: { topic, partition, batchSize, firstOffset, lastOffset } }) => {
        // Only markers of transactions, which kafkajs keeps to itself.
        if (batchSize > 0 || over.signal.aborted || firstOffset === null) return;
        this.queues.get(placeOf(topic, partition))?.push([], { from: firstOffset, last: lastOffset });
      },
    );
    try {
      await Promise.race([this.startReading(consumer, over.signal), ended.promise]);
      void this.lookAtOffsets(commits, over.signal);
      await ended.promise;
    } finally {
      over.abort();
      pauseAll(consumer, this.queues.values());
      this.metrics.stopped(this.groupId, this.topics, oldestOf(this.queues));
      // A stop waits for what is being handled; a failed membership does not wait long, what commits late is recognised.
      const waits = this.stopping.signal.aborted ? [] : [delay(END_WITHIN)];
      await Promise.race([this.endQueues(), ...waits]);
      // A broker that hangs is not waited for: what could not be committed is brought again.
      await Promise.race([commits.flush().then(() => consumer.disconnect()), delay(LEAVE_WITHIN)]).catch(
        () => undefined,
      );
    }
  }

  private async startReading(consumer: Consumer, over: AbortSignal): Promise<void> {
    await consumer.connect();
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

  /**
   * New assignment. A partition that stays keeps its queue: kafkajs may join while another of its fetches is in flight, and its
   * answer would leave a gap behind an emptied queue. A new partition begins at the committed offset, and is paused until that
   * is known.
   */
  private async joined(
    { payload }: ConsumerGroupJoinEvent,
    consumer: Consumer,
    commits: OffsetCommits,
    over: AbortSignal,
  ): Promise<void> {
    const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition, place: placeOf(topic, partition) })),
    );
    const places = new Set(assigned.map(({ place }) => place));
    void this.endQueues((queue) => !places.has(placeOf(queue.topic, queue.partition)));
    commits.forget((place) => !places.has(place));
    const fresh: PartitionQueue[] = [];
    for (const { topic, partition, place } of assigned) {
      if (this.queues.has(place)) continue;
      const queue = this.newQueue(topic, partition, consumer, commits, over);
      this.queues.set(place, queue);
      consumer.pause([{ topic, partitions: [partition] }]);
      fresh.push(queue);
    }
    this.metrics.joined(this.groupId, this.queues.values());
    this.log.debug({ group: this.groupId, assigned: [...places] }, 'partitions were assigned');
    if (fresh.length > 0) await this.startQueues(fresh, consumer, over);
  }

  private newQueue(
    topic: string,
    partition: number,
    consumer: Consumer,
    commits: OffsetCommits,
    over: AbortSignal,
  ): PartitionQueue {
    const queue: PartitionQueue = new PartitionQueue({
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
    return queue;
  }

  private async startQueues(
    fresh: readonly PartitionQueue[],
    consumer: Consumer,
    over: AbortSignal,
  ): Promise<void> {
    const offsets = new Map(
      (await this.offsets.read()).map((one) => [placeOf(one.topic, one.partition), one]),
    );
    if (over.aborted) return;
    for (const queue of fresh) {
      const { topic, partition } = queue;
      const place = placeOf(topic, partition);
      if (this.queues.get(place) !== queue) continue;
      const stand = offsets.get(place);
      // Before anything is committed, so that a gap between the last commit and what is left of the log is seen.
      if (stand) this.skipped.look([stand]);
      queue.startAt(stand?.committed ?? stand?.low ?? 0n);
      resume(consumer, topic, partition);
    }
  }

  private enqueue({ batch, resolveOffset }: EachBatchPayload, consumer: Consumer): void {
    const { topic, partition, messages } = batch;
    const place = placeOf(topic, partition);
    const queue = this.queues.get(place);
    if (queue?.wanted === undefined) return;
    // Not in kafkajs' types: the offset that the fetch asked for. The first message may lie behind it, after compaction.
    const { fetchedOffset: from } = batch as typeof batch & { fetchedOffset: string };
    if (!queue.push(messages, { from, last: batch.lastOffset() }))
      return this.closeGap(queue, BigInt(from), consumer);
    this.gaps.delete(place);
    resolveOffset(messages.at(-1)!.offset);
    if (queue.bytes >= this.queueLimit) consumer.pause([{ topic, partitions: [partition] }]);
  }

  /**
   * Something is missing before what was fetched. The first time it is fetched again: the answer was one to a request from before
   * a new assignment. When the log gives the same once more, the records are gone.
   */
  private closeGap(queue: PartitionQueue, from: bigint, consumer: Consumer): void {
    const { topic, partition, wanted } = queue;
    if (wanted === undefined) return;
    const place = placeOf(topic, partition);
    if (this.gaps.get(place) !== from) {
      this.gaps.set(place, from);
      consumer.seek({ topic, partition, offset: String(wanted) });
      return;
    }
    this.gaps.delete(place);
    queue.skipTo(from);
    consumer.seek({ topic, partition, offset: String(from) });
    this.skipped.report(topic, partition, wanted, from);
  }

  private get queueLimit(): number {
    return Math.max(256 * 1024, QUEUED_BYTES / Math.max(1, this.queues.size));
  }

  private async endQueues(which: (queue: PartitionQueue) => boolean = () => true): Promise<void> {
    const ended = [...this.queues].filter(([, queue]) => which(queue));
    for (const [place] of ended) {
      this.queues.delete(place);
      this.gaps.delete(place);
    }
    await Promise.all(ended.map(([, queue]) => queue.end()));
  }

  /** Measures the lag until the membership is over. */
  private async lookAtOffsets(commits: OffsetCommits, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const offsets = await this.offsets.read().catch((error: unknown) => {
        this.log.warn({ err: error, group: this.groupId }, 'the lag of the group could not be read');
        return [];
      });
      const own = offsets.filter(({ topic, partition }) => this.queues.has(placeOf(topic, partition)));
      if (over.aborted) return;
      this.skipped.look(own);
      for (const one of own) this.queues.get(placeOf(one.topic, one.partition))?.noteLag(lagOf(one));
      this.metrics.behind(own.map((one) => ({ ...one, lag: lagOf(one) })));
      await commits.flush();
      await delay(LOOK_EVERY, undefined, { signal: over }).catch(() => undefined);
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

/** Stops fetching. kafkajs would fetch what nobody takes again and again until it has left the group. */
function pauseAll(consumer: Consumer, queues: Iterable<PartitionQueue>): void {
  try {
    for (const { topic, partition } of queues) consumer.pause([{ topic, partitions: [partition] }]);
  } catch {
    // It does not fetch any more.
  }
}

const oldestOf = (queues: ReadonlyMap<string, PartitionQueue>): number | undefined => {
  const times = [...queues.values()].flatMap(({ oldestAt }) => oldestAt ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
};
