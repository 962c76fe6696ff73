import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaMessage } from 'kafkajs';
import type { LimitFunction } from 'p-limit';
import type { Logger } from '#platform';
import { Lane } from '../lane.js';
import type { Subscription } from '../transport.js';
import { receivedMessage } from './received-message.js';

/** Messages per transaction. */
const CHUNK = 100;

export interface PartitionQueueOptions {
  /** The broker's name of the topic, with the prefix. */
  readonly topic: string;
  readonly partition: number;
  /** The contracts' name of the topic. */
  readonly name: string;
  readonly subscription: Subscription;
  readonly log: Logger;
  /** How many partitions are handled at the same time. */
  readonly limit: LimitFunction;
  /** Called whenever the queue has become shorter or empty. */
  readonly onProgress: () => void;
}

/**
 * Passes the messages of one partition to the handlers, in order. Each partition has its own queue, so that a slow or failing
 * one blocks no other. While it waits after a failure, it does not count against the limit.
 */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** Bytes of the waiting messages. */
  bytes = 0;
  /** Whether messages fail for a reason that an operator has to fix. */
  isBlocked = false;
  /** The offset before which everything has been handled. */
  handled: bigint | undefined;
  private readonly lane: Lane;
  private readonly ending = new AbortController();
  private messages: KafkaMessage[] = [];
  /** The offset before which everything has been fetched; transaction markers may follow the last message. */
  private fetched: bigint | undefined;
  private behindSince: number | undefined;
  private isWorking = false;
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly options: PartitionQueueOptions) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.lane = new Lane(options.subscription, options.log);
  }

  /** Begins at `offset`, which the group has committed. Before this call, `push` accepts nothing. */
  startAt(offset: bigint): void {
    this.fetched ??= offset;
  }

  /** The offset of the next message that it accepts; undefined before {@link startAt}. */
  get wanted(): bigint | undefined {
    return this.fetched;
  }

  /**
   * Adds the messages of a fetch, except those that it already has.
   * @param fetch the offset that was requested, and the last one that was fetched; it may contain no message.
   * @returns false, and adds nothing, when messages are missing between the queue and the fetch.
   */
  push(messages: readonly KafkaMessage[], fetch: { from: string; last: string }): boolean {
    const { fetched } = this;
    if (this.ending.signal.aborted || fetched === undefined || BigInt(fetch.from) > fetched) return false;
    for (const message of messages) {
      if (BigInt(message.offset) < fetched) continue;
      this.messages.push(message);
      this.bytes += sizeOf(message);
    }
    const next = BigInt(fetch.last) + 1n;
    if (next > fetched) this.fetched = next;
    if (!this.isWorking) this.working = this.work();
    return true;
  }

  /** Continues at `offset`, past records that the log no longer has. */
  skipTo(offset: bigint): void {
    this.fetched = offset;
  }

  /** Time of the first message that has not been handled, or since when the queue is behind; milliseconds since the epoch. */
  get oldestAt(): number | undefined {
    const [first] = this.messages;
    return first ? Number(first.timestamp) : this.behindSince;
  }

  /** Notes how many records of the log have not been handled, as the brokers report. */
  noteLag(lag: number): void {
    this.behindSince = lag > 0 && this.isEmpty ? (this.behindSince ?? Date.now()) : undefined;
  }

  get isEmpty(): boolean {
    return this.messages.length === 0;
  }

  /** Drops waiting messages; resolves when the chunk in progress is done. */
  async end(): Promise<void> {
    this.ending.abort();
    this.messages = [];
    this.bytes = 0;
    await this.working;
  }

  private async work(): Promise<void> {
    const { signal } = this.ending;
    this.isWorking = true;
    while (this.messages.length > 0 && !signal.aborted) {
      const wait = await this.options.limit(() => this.handleChunk());
      if (wait > 0) await delay(wait, undefined, { signal }).catch(() => undefined);
    }
    this.isWorking = false;
    if (signal.aborted) return;
    this.handled = this.fetched;
    this.options.onProgress();
  }

  /** @returns milliseconds to wait before the next chunk. */
  private async handleChunk(): Promise<number> {
    const chunk = this.messages.slice(0, CHUNK);
    if (chunk.length === 0) return 0;
    const { name, onProgress } = this.options;
    const received = chunk.map((message) => receivedMessage(name, this.partition, message));
    const { done, wait, failure } = await this.lane.step(received);
    this.isBlocked = failure?.kind === 'operational';
    if (done > 0) {
      this.handled = BigInt(chunk[done - 1]!.offset) + 1n;
      // After end() the list is empty.
      for (const message of this.messages.splice(0, done)) this.bytes -= sizeOf(message);
      onProgress();
    }
    return wait;
  }
}

export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`;

const sizeOf = ({ key, value }: KafkaMessage): number => 200 + (key?.length ?? 0) + (value?.length ?? 0);
