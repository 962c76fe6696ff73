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

/** Messages looked at in a round. */
const BATCH = 100;
/** Milliseconds between looks at a backlog that nobody has added to. */
const LOOK_EVERY = 5_000;
/** Milliseconds between looks for a while after something was added. */
const LOOK_SOON = 50;
const ADDED_LATELY = 5_000;

interface BacklogRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: string;
}

/** What one subscriber has still to take of one publisher's messages, and the work on it. */
export class LoopbackBacklog {
  private readonly worker: Worker;
  /** Keys of which a message has failed, with the time until which they are left alone; 0 when they need not wait. */
  private readonly failing = new Map<string, { lane: Lane; until: number }>();
  private readonly backoff = new Backoff(200, 15_000);
  private restUntil = 0;
  private addedAt = -Infinity;
  private underWay: Promise<unknown> | undefined;

  constructor(
    private readonly db: DataSource,
    readonly subscription: Subscription,
    private readonly log: Logger,
  ) {
    const name = `loopback backlog of ${subscription.group}`;
    this.worker = new Worker({ name, log, every: LOOK_EVERY, round: (signal) => this.round(signal) });
  }

  start(): void {
    this.worker.start();
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    await this.underWay;
  }

  /** Whether to offer the subscriber nothing now: a delivery is still in progress, or it is backing off. */
  get isResting(): boolean {
    return this.underWay !== undefined || performance.now() < this.restUntil;
  }

  /** Leaves the subscriber alone for a while, longer each time until it has taken something. */
  rest(): void {
    this.restUntil = performance.now() + this.backoff.next();
    this.worker.wake();
  }

  /** Tries messages once; a delivery that takes long goes on, and the subscriber is offered nothing else meanwhile. */
  deliver(messages: readonly ReceivedMessage[]): Promise<Attempt> {
    const attempt = this.attempt(messages).finally(() => {
      if (this.underWay === attempt) this.underWay = undefined;
    });
    this.underWay = attempt;
    return attempt;
  }

  private async attempt(messages: readonly ReceivedMessage[]): Promise<Attempt> {
    const attempt = await this.subscription.deliver(messages);
    if (attempt.done > 0) this.backoff.reset();
    return attempt;
  }

  /** Keeps messages until the subscriber takes them; they take effect with the commit of `tx`. */
  async add(tx: EntityManager, messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await tx.query(
      `INSERT INTO loopback_backlog (subscriber, id, topic, key, headers, value)
       SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::json[], $6::text[]) ON CONFLICT DO NOTHING`,
      [
        this.subscription.group,
        messages.map(({ outboxId }) => outboxId),
        messages.map(({ topic }) => topic),
        messages.map(({ key }) => String(key)),
        messages.map(({ headers }) => headersToJson(headers)),
        messages.map(({ value }) => String(value)),
      ],
    );
    this.addedAt = performance.now();
    this.worker.wake();
  }

  private async round(signal: AbortSignal): Promise<boolean | number> {
    await this.underWay;
    const resting = this.restUntil - performance.now();
    if (resting > 0) return resting;
    const restingKeys = this.restingKeys();
    const rows = await this.oldest(restingKeys);
    if (rows.length === 0) {
      if (restingKeys.length > 0) return this.nextDue();
      this.failing.clear();
      // What was added may only be visible after the commit of its transaction.
      return performance.now() - this.addedAt < ADDED_LATELY ? LOOK_SOON : false;
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
        await this.db.query(`DELETE FROM loopback_backlog WHERE subscriber = $1 AND id = $2`, [
          this.subscription.group,
          row.id,
        ]);
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

  /** The oldest messages, without the ones behind a message that has to wait. */
  private oldest(resting: readonly string[]): Promise<BacklogRow[]> {
    return this.db.query(
      `SELECT id, topic, key, headers, value FROM loopback_backlog
       WHERE subscriber = $1 AND topic || ' ' || key <> ALL($2) ORDER BY id LIMIT ${BATCH}`,
      [this.subscription.group, resting],
    );
  }

  private restingKeys(): string[] {
    const now = performance.now();
    return [...this.failing].filter(([, { until }]) => until > now).map(([key]) => key);
  }

  private nextDue(): number {
    const now = performance.now();
    const waits = [...this.failing.values()].flatMap(({ until }) => (until > 0 ? [until - now] : []));
    return Math.max(1, Math.min(LOOK_EVERY, ...waits));
  }
}

/** Which keys of these messages wait in a backlog already, by subscriber. None, as a rule. */
export async function backlogOf(
  tx: EntityManager,
  messages: readonly OutgoingMessage[],
): Promise<Map<string, Set<string>>> {
  const rows: { subscriber: string; key: string }[] = await tx.query(
    `SELECT DISTINCT subscriber, topic || ' ' || key AS key FROM loopback_backlog
     WHERE (topic, key) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [messages.map(({ topic }) => topic), messages.map(({ key }) => String(key))],
  );
  const bySubscriber = Map.groupBy(rows, ({ subscriber }) => subscriber);
  return new Map(
    [...bySubscriber].map(([subscriber, keys]) => [subscriber, new Set(keys.map(({ key }) => key))]),
  );
}

export const keyOf = ({ topic, key }: { topic: string; key: Buffer | string | null }): string =>
  `${topic} ${key}`;
