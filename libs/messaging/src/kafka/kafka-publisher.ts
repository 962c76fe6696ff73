import { setTimeout as delay } from 'node:timers/promises';
import {
  Partitioners,
  type Kafka,
  type Producer,
  type RecordMetadata,
  type TopicMessages,
  type Transaction,
} from 'kafkajs';
import { causesOf } from '#platform';
import type { OutgoingMessage } from '../message.js';
import { brokerHangs } from './kafka-client.js';
import { MessageRefused, type PublishOptions } from '../transport.js';
import { cutIntoSends } from './sends.js';

/** Milliseconds for one publish with all its retries; below the minute after which the relay loses its lock. */
const PUBLISH_WITHIN = 30_000;
/** Milliseconds the broker waits for the other replicas, below the deadline of a request. */
const ACKNOWLEDGED_WITHIN = 6_000;
/** Milliseconds that a publish in progress may still take when the process stops. */
const STOP_WITHIN = 3_000;
/** Milliseconds after which the brokers abort an abandoned transaction. */
const TRANSACTION_TIMEOUT = 40_000;
/** The first waits are short: a transaction often has to wait a few milliseconds for the end of the one before. */
const retry = { initialRetryTime: 10, factor: 0, multiplier: 1.5, maxRetryTime: 1_000, retries: 30 };
/** Protocol errors after which a retry cannot succeed: https://kafka.apache.org/protocol#protocol_error_codes */
const refusals = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];

/**
 * Publishes a round of messages as one Kafka transaction, in sends that fit the broker's limit.
 *
 * All processes of a service share one transactional id. Each connection raises its epoch, and from then on the brokers refuse
 * all requests of earlier connections, even one that was delayed on the wire: an older message never follows a newer one.
 * Subscribers that read committed messages see each round as a whole or not at all.
 */
export class KafkaPublisher {
  private connection: Connection | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly transactionalId: string,
    private readonly topicPrefix: string,
  ) {}

  /** @throws within 30 s: MessageRefused, or an error after which any part may or may not have been published. */
  async publish(
    messages: readonly OutgoingMessage[],
    { takenOver, signal, confirmLock }: Pick<PublishOptions, 'takenOver' | 'signal' | 'confirmLock'>,
  ): Promise<void> {
    if (takenOver) void this.discard();
    this.connection ??= new Connection(this.kafka, this.transactionalId, this.topicPrefix);
    const { connection } = this;
    const stopWaiting = new AbortController();
    try {
      await Promise.race([
        connection.publish(messages, confirmLock),
        connection.hung,
        deadline(signal, stopWaiting.signal),
      ]);
    } catch (error) {
      // The transaction is still open at the brokers. The next producer begins by aborting it.
      void this.discard();
      throw error;
    } finally {
      stopWaiting.abort();
    }
  }

  async close(): Promise<void> {
    await this.discard();
  }

  private async discard(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    // The broker may hang.
    await Promise.race([connection?.close(), delay(STOP_WITHIN, undefined, { ref: false })]);
  }
}

/** One producer with one epoch. After any failure it must not be used again. */
class Connection {
  /** Rejects when a broker does not answer a request: kafkajs would retry with the same one. */
  readonly hung: Promise<never>;
  private readonly producer: Producer;
  private readonly partitionsUsed = new Set<string>();
  /** Connected, with an epoch that was raised under the relay's lock. */
  private isConnected = false;
  private isClosed = false;
  private work: Promise<void> = Promise.resolve();

  constructor(
    kafka: Kafka,
    transactionalId: string,
    private readonly topicPrefix: string,
  ) {
    this.producer = kafka.producer({
      transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => this.notingPartitioner(),
      retry,
    });
    this.hung = new Promise((_, reject) => {
      this.producer.on(this.producer.events.REQUEST_TIMEOUT, ({ payload }) => {
        reject(brokerHangs(payload));
      });
    });
    this.hung.catch(() => undefined);
  }

  publish(messages: readonly OutgoingMessage[], confirmLock: () => Promise<unknown>): Promise<void> {
    this.work = this.transact(messages, confirmLock);
    return this.work;
  }

  /** Disconnects, and once more when the attempt in progress has ended: kafkajs reconnects for its retries. */
  async close(): Promise<void> {
    this.isClosed = true;
    const disconnect = (): Promise<void> => this.producer.disconnect().catch(() => undefined);
    void this.work.catch(() => undefined).then(disconnect);
    await disconnect();
  }

  private async transact(
    messages: readonly OutgoingMessage[],
    confirmLock: () => Promise<unknown>,
  ): Promise<void> {
    const transaction = await this.begin(confirmLock);
    for (const send of cutIntoSends(messages)) {
      this.stopIfClosed();
      this.partitionsUsed.clear();
      const receipts = await transaction
        .sendBatch({ acks: -1, timeout: ACKNOWLEDGED_WITHIN, topicMessages: this.byTopic(send) })
        .catch((error: unknown) => {
          if (!isRefusal(error)) throw error;
          throw new MessageRefused(`Kafka refused one of ${send.length} messages.`, { cause: error });
        });
      this.checkReceipts(receipts);
    }
    this.stopIfClosed();
    await transaction.commit();
  }

  /**
   * The first transaction of a connection raises the epoch. An abandoned attempt, or a process that hung, may do so
   * late and fence off a newer relay. It must then send nothing; the newer relay connects again.
   */
  private async begin(confirmLock: () => Promise<unknown>): Promise<Transaction> {
    if (!this.isConnected) await this.producer.connect();
    this.stopIfClosed();
    const transaction = await this.producer.transaction();
    if (!this.isConnected) await confirmLock();
    this.isConnected = true;
    return transaction;
  }

  private stopIfClosed(): void {
    if (this.isClosed) throw new Error('This attempt to publish was abandoned.');
  }

  /**
   * kafkajs reports success for messages that it never sent when leaders of partitions change between two attempts
   * (https://github.com/tulios/kafkajs/pull/1798). So every partition to which messages were assigned must have a receipt.
   */
  private checkReceipts(receipts: readonly RecordMetadata[]): void {
    const answered = new Set(
      receipts
        .filter(({ errorCode }) => errorCode === 0)
        .map((receipt) => `${receipt.topicName}/${receipt.partition}`),
    );
    const missing = [...this.partitionsUsed].filter((partition) => !answered.has(partition));
    if (missing.length > 0) throw new Error(`Kafka returned no receipt for ${missing.join(', ')}.`);
  }

  private notingPartitioner(): ReturnType<typeof Partitioners.DefaultPartitioner> {
    const partitionOf = Partitioners.DefaultPartitioner();
    return (args) => {
      const partition = partitionOf(args);
      this.partitionsUsed.add(`${args.topic}/${partition}`);
      return partition;
    };
  }

  private byTopic(messages: readonly OutgoingMessage[]): TopicMessages[] {
    const topics = Map.groupBy(messages, ({ topic }) => topic);
    return [...topics].map(([topic, group]) => ({
      topic: this.topicPrefix + topic,
      messages: group.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
    }));
  }
}

/** Rejects after 30 s, or 3 s after `stopping`; never resolves. */
async function deadline(stopping: AbortSignal, done: AbortSignal): Promise<never> {
  const stopped = new Promise<void>((resolve) => {
    if (stopping.aborted) resolve();
    stopping.addEventListener('abort', () => resolve(), { once: true, signal: done });
  });
  const wait = (ms: number): Promise<void> =>
    delay(ms, undefined, { signal: done }).catch(() => new Promise(() => undefined));
  await Promise.race([wait(PUBLISH_WITHIN), stopped.then(() => wait(STOP_WITHIN))]);
  throw new Error(
    stopping.aborted
      ? 'The process is stopping; the events stay in the outbox.'
      : `Kafka did not acknowledge the events within ${PUBLISH_WITHIN / 1_000} s.`,
  );
}

const isRefusal = (error: unknown): boolean =>
  [...causesOf(error)].some(({ type }) => typeof type === 'string' && refusals.includes(type));
