import type { DataSource, EntityManager } from 'typeorm';
import { Backoff, Worker } from '#jobs';
import type { Logger } from '#platform';
import { Lane } from '../lane.js';
import {
  headersToJson,
  receivedOverLoopback,
  type OutgoingMessage,
  type ReceivedMessage,
} from '../message.js';
import { messageOf } from '../outbox-cursor.js';
import type { Attempt, Subscription } from '../transport.js';

/** Messages per round. */
const BATCH = 100;
/** Milliseconds between polls. */
const POLL = 5_000;
/** Faster polling after something was added: its interval and duration in milliseconds. */
const BUSY_POLL = { every: 50, for: 5_000 };

interface BacklogRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: string;
}

/** Delivers the messages of one publisher that one subscriber has not yet handled. */
export class LoopbackBacklog {
  private readonly worker: Worker;
  /** Keys with a failed message, and the time of their next attempt; 0 when they need not wait. */
  private readonly failing = new Map<string, { lane: Lane; until: number }>();
  private readonly backoff = new Backoff(200, 15_000);
  private restUntil = 0;
  private addedAt = -Infinity;
  private inProgress: Promise<unknown> | undefined;
  private stopped = false;

  constructor(
    private readonly db: DataSource,
    readonly subscription: Subscription,
    private readonly log: Logger,
  ) {
    const name = `loopback backlog of ${subscription.group}`;
    this.worker = new Worker({ name, log, every: POLL, round: (signal) => this.round(signal) });
  }

  start(): void {
    this.worker.start();
  }

  /** Delivers nothing more; messages can still be added. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.worker.stop();
    await this.inProgress;
  }

  get isStopped(): boolean {
    return this.stopped;
  }

  /** Whether nothing may be delivered now: a delivery is in progress, the subscriber is backing off or has stopped. */
  get isResting(): boolean {
    return this.stopped || this.inProgress !== undefined || performance.now() < this.restUntil;
  }

  /** Delivers nothing for a while, longer each time until the subscriber has handled a message. */
  rest(): void {
    this.restUntil = performance.now() + this.backoff.next();
    this.worker.wake();
  }

  /** Tries messages once. The caller may give up waiting: nothing else is delivered until this attempt has ended. */
  deliver(messages: readonly ReceivedMessage[]): Promise<Attempt> {
    const attempt = this.attempt(messages).finally(() => {
      if (this.inProgress === attempt) this.inProgress = undefined;
    });
    this.inProgress = attempt;
    return attempt;
  }

  private async attempt(messages: readonly ReceivedMessage[]): Promise<Attempt> {
    const attempt = await this.subscription.deliver(messages);
    if (attempt.done > 0) this.backoff.reset();
    return attempt;
  }

  /** Stores messages, in the transaction `tx`, until the subscriber has handled them. */
  async add(tx: EntityManager, messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await tx.sql`
      INSERT INTO loopback_backlog (subscriber, id, topic, key, headers, value)
      SELECT ${this.subscription.group}, *
      FROM unnest(
        ${messages.map(({ outboxId }) => outboxId)}::bigint[],
        ${messages.map(({ topic }) => topic)}::text[],
        ${messages.map(({ key }) => String(key))}::text[],
        ${messages.map(({ headers }) => headersToJson(headers))}::json[],
        ${messages.map(({ value }) => String(value))}::text[]
      )
      ON CONFLICT DO NOTHING`;
    this.addedAt = performance.now();
    this.worker.wake();
  }

  private async round(signal: AbortSignal): Promise<boolean | number> {
    await this.inProgress;
    const resting = this.restUntil - performance.now();
    if (resting > 0) return resting;
    const restingKeys = this.restingKeys();
    const rows = await this.oldest(restingKeys);
    if (rows.length === 0) {
      if (restingKeys.length > 0) return this.nextDue();
      this.failing.clear();
      // Messages that were just added may become visible only after the commit of their transaction.
      return performance.now() - this.addedAt < BUSY_POLL.for ? BUSY_POLL.every : false;
    }
    let progress = false;
    const failed = new Set<string>();
    for (const row of rows) {
      if (signal.aborted) return false;
      const key = keyOf(row);
      if (failed.has(key)) continue;
      const lane = this.failing.get(key)?.lane ?? new Lane(this.subscription, this.log);
      const { done, wait, failure } = await lane.step([receivedOverLoopback(messageOf(row))]);
      if (done > 0) {
        progress = true;
        this.backoff.reset();
        await this.remove(row);
      }
      if (!failure) {
        if (this.failing.has(key)) this.failing.set(key, { lane, until: 0 });
        continue;
      }
      if (failure.kind !== 'permanent') {
        const rest = this.backoff.next();
        this.restUntil = performance.now() + rest;
        return rest;
      }
      failed.add(key);
      this.failing.set(key, { lane, until: performance.now() + wait });
    }
    return progress || this.nextDue();
  }

  private async remove({ id }: BacklogRow): Promise<void> {
    await this.db
      .sql`DELETE FROM loopback_backlog WHERE subscriber = ${this.subscription.group} AND id = ${id}`;
  }

  /** The oldest messages, without those of keys that are waiting for a retry. */
  private oldest(resting: readonly string[]): Promise<BacklogRow[]> {
    return this.db.sql`
      SELECT id, topic, key, headers, value FROM loopback_backlog
      WHERE subscriber = ${this.subscription.group} AND topic || ' ' || key <> ALL(${resting})
      ORDER BY id LIMIT ${BATCH}`;
  }

  private restingKeys(): string[] {
    const now = performance.now();
    return [...this.failing].filter(([, { until }]) => until > now).map(([key]) => key);
  }

  private nextDue(): number {
    const now = performance.now();
    const waits = [...this.failing.values()].flatMap(({ until }) => (until > 0 ? [until - now] : []));
    return Math.max(1, Math.min(POLL, ...waits));
  }
}

/** Keys of these messages that are in a backlog already, by subscriber. Usually there are none. */
export async function backlogOf(
  tx: EntityManager,
  messages: readonly OutgoingMessage[],
): Promise<Map<string, Set<string>>> {
  const rows = await tx.sql<{ subscriber: string; key: string }[]>`
    SELECT DISTINCT subscriber, topic || ' ' || key AS key FROM loopback_backlog
    WHERE (topic, key) IN (
      SELECT * FROM unnest(${messages.map(({ topic }) => topic)}::text[], ${messages.map(({ key }) => String(key))}::text[]))`;
  const bySubscriber = Map.groupBy(rows, ({ subscriber }) => subscriber);
  return new Map(
    [...bySubscriber].map(([subscriber, keys]) => [subscriber, new Set(keys.map(({ key }) => key))]),
  );
}

export const keyOf = ({ topic, key }: { topic: string; key: Buffer | string | null }): string =>
  `${topic} ${key}`;
