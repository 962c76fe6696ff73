import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import type { Logger } from '#platform';
import { receivedOverLoopback, type OutgoingMessage } from '../message.js';
import type { Subscription } from '../transport.js';
import { backlogOf, keyOf, LoopbackBacklog } from './loopback-backlog.js';

/** Milliseconds a subscriber has for a batch before it goes on alone, with a backlog. */
const WITHIN = 2_000;

/**
 * Hands the messages of one service to all subscribers at the same time. What a subscriber does not take at once goes to
 * its backlog, in the publisher's own database and in the relay's transaction: it is kept, stays in its order for each
 * key, and holds up nobody else.
 */
export class LoopbackPublisher {
  /** Rows a round: what a stop waits for, and what is published again after a crash. */
  static readonly batch = 25;
  private backlogs: LoopbackBacklog[] = [];
  private isClosing = false;

  constructor(
    private readonly db: DataSource,
    private readonly log: Logger,
  ) {}

  open(subscriptions: readonly Subscription[]): void {
    this.backlogs = subscriptions.map((subscription) => new LoopbackBacklog(this.db, subscription, this.log));
    for (const backlog of this.backlogs) backlog.start();
  }

  /** Resolves when no subscriber is busy with a message of this service; what is left of a batch goes to the backlogs. */
  async close(): Promise<void> {
    this.isClosing = true;
    await Promise.all(this.backlogs.map((backlog) => backlog.stop()));
  }

  async publish(messages: readonly OutgoingMessage[], tx: EntityManager): Promise<void> {
    const waiting = await backlogOf(tx, messages);
    const left = await Promise.all(
      this.backlogs.map(async (backlog) => {
        const { group, topics } = backlog.subscription;
        const wanted = messages.filter(({ topic }) => topics.includes(topic));
        return { backlog, rest: await this.offer(backlog, wanted, waiting.get(group) ?? new Set()) };
      }),
    );
    for (const { backlog, rest } of left) await backlog.add(tx, rest);
  }

  /** @returns what the subscriber did not take, in its order. */
  private async offer(
    backlog: LoopbackBacklog,
    messages: readonly OutgoingMessage[],
    waiting: Set<string>,
  ): Promise<OutgoingMessage[]> {
    if (backlog.isResting) return [...messages];
    const held = new Set(waiting);
    let left = messages.filter((message) => !held.has(keyOf(message)));
    const until = performance.now() + WITHIN;
    const taken = new Set<OutgoingMessage>();
    while (left.length > 0 && !this.isClosing) {
      const attempt = backlog.deliver(left.map(receivedOverLoopback));
      const outcome = await Promise.race([
        attempt,
        delay(until - performance.now(), undefined, { ref: false }),
      ]);
      if (!outcome) {
        backlog.rest();
        break;
      }
      for (const message of left.slice(0, outcome.done)) taken.add(message);
      left = left.slice(outcome.done);
      if (!outcome.failure) continue;
      if (outcome.failure.kind !== 'permanent') {
        backlog.rest();
        break;
      }
      // A bad message keeps later ones of its own key waiting, and no others.
      held.add(keyOf(left[0]!));
      left = left.filter((message) => !held.has(keyOf(message)));
    }
    return messages.filter((message) => !taken.has(message));
  }
}
