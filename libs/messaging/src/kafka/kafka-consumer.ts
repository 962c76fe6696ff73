import type { Consumer, EachBatchPayload, IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import type { Gauge } from 'prom-client';
import { Backoff, type Logger } from '#platform';
import type { ReceivedMessage } from '../message.js';
import type { MessagingConfig } from '../settings.js';
import type { Subscription } from '../transport.js';

/** Messages that share a transaction. */
const CHUNK = 100;
/** Signs of life within one session timeout. */
const HEARTBEATS = 10;
/** Milliseconds a failing partition waits, growing from the first to the second. */
const waits = [200, 15_000] as const;

type ConsumerConfig = Pick<MessagingConfig, 'topicPrefix' | 'partitionsAtOnce' | 'sessionTimeout'>;

/**
 * Reads the topics of one subscription as a member of its group. An offset is committed only after the messages
 * before it have taken effect, so a process that dies repeats some and misses none.
 */
export class KafkaConsumer {
  private readonly consumer: Consumer;
  private readonly waiting = new Map<string, Backoff>();

  constructor(
    kafka: Kafka,
    private readonly subscription: Subscription,
    private readonly config: ConsumerConfig,
    private readonly lag: Gauge,
    private readonly log: Logger,
  ) {
    this.consumer = kafka.consumer({
      groupId: config.topicPrefix + subscription.group,
      sessionTimeout: config.sessionTimeout,
      heartbeatInterval: config.sessionTimeout / HEARTBEATS,
      allowAutoTopicCreation: false,
      // Nothing but stop() ends it: after any failure it joins again.
      retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 10, restartOnFailure: async () => true },
    });
  }

  async start(): Promise<void> {
    await this.consumer.connect();
    const topics = this.subscription.topics.map((topic) => this.config.topicPrefix + topic);
    await this.consumer.subscribe({ topics, fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.config.partitionsAtOnce,
      eachBatch: (payload) => this.takeBatch(payload),
    });
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect();
  }

  private async takeBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, commitOffsetsIfNecessary, isRunning, isStale } = payload;
    const { topic, partition } = batch;
    const place = `${topic}/${partition}`;
    this.lag.set({ topic, partition }, Number(batch.offsetLag()));
    for (let i = 0; i < batch.messages.length && isRunning() && !isStale(); i += CHUNK) {
      const chunk = batch.messages.slice(i, i + CHUNK);
      const failure = await this.whileAlive(payload, () => this.deliver(topic, partition, chunk));
      if (failure !== undefined) return this.rest(payload, place, failure);
      this.waiting.delete(place);
      const last = chunk.at(-1)!.offset;
      resolveOffset(last);
      const offset = String(BigInt(last) + 1n);
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
    }
  }

  /** @returns what went wrong, instead of throwing it: an error that leaves `eachBatch` may end the consumer. */
  private async deliver(topic: string, partition: number, chunk: KafkaMessage[]): Promise<unknown> {
    const name = topic.slice(this.config.topicPrefix.length);
    try {
      await this.subscription.deliver(chunk.map((message) => receivedMessage(name, partition, message)));
      return undefined;
    } catch (error) {
      return error ?? new Error('unknown failure');
    }
  }

  /** Sends heartbeats while `work` goes on, so that a slow handler does not cost the membership. */
  private async whileAlive<T>({ heartbeat }: EachBatchPayload, work: () => Promise<T>): Promise<T> {
    let lost: unknown;
    const beat = (): void => void heartbeat().catch((error: unknown) => (lost = error));
    const timer = setInterval(beat, this.config.sessionTimeout / HEARTBEATS);
    try {
      const result = await work();
      // A rebalance is told to kafkajs only now: what the work committed stands, the offset goes to the next owner.
      if (lost) throw lost;
      return result;
    } finally {
      clearInterval(timer);
    }
  }

  /** Leaves the partition alone for a while; others go on, and the group hears our heartbeats meanwhile. */
  private rest({ pause }: EachBatchPayload, place: string, failure: unknown): void {
    const backoff = this.waiting.get(place) ?? new Backoff(...waits);
    this.waiting.set(place, backoff);
    const wait = backoff.next();
    this.log.warn(
      { err: failure, place, retryInMs: Math.round(wait) },
      'a partition waits and will be tried again',
    );
    const resume = pause();
    setTimeout(resume, wait).unref();
  }
}

const receivedMessage = (topic: string, partition: number, message: KafkaMessage): ReceivedMessage => ({
  topic,
  partition,
  offset: message.offset,
  key: message.key,
  value: message.value,
  headers: headersOf(message.headers),
});

/** A header given several times counts by its last value, as one that comes as text counts by its bytes. */
const headersOf = (headers: IHeaders = {}): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const last = Array.isArray(value) ? value.at(-1) : value;
      return last === undefined ? [] : [[name, Buffer.from(last)]];
    }),
  );
