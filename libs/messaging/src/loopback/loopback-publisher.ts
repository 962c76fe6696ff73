import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import type { Logger } from '#platform';
import { receivedOverLoopback, type OutgoingMessage } from '../message.js';
import type { Subscription } from '../transport.js';
import { backlogOf, keyOf, LoopbackBacklog } from './loopback-backlog.js';

/** Milliseconds that a subscriber has for a batch before the rest goes to its backlog. */
const WITHIN = 2_000;

/**
 * Delivers the messages of one service to all subscribers at the same time. Messages that a subscriber does not handle
 * at once are added to its backlog, in the publisher's database and the relay's transaction: they are kept, stay in
 * order per key and block no other subscriber.
 */
export class LoopbackPublisher {
  /** Rows per round; few, since stopping waits for them and a crash repeats them. */
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

  /** Resolves when no subscriber is handling a message of this service; the rest of a batch goes to the backlogs. */
  async close(): Promise<void> {
    this.isClosing = true;
    await Promise.all(this.backlogs.map((backlog) => backlog.stop()));
  }

  /** From now on, messages for this subscriber wait in its backlog. Resolves when it is handling none. */
  async stopDelivering(subscription: Subscription): Promise<void> {
    const ending = this.backlogs.filter((backlog) => backlog.subscription === subscription);
    await Promise.all(ending.map((backlog) => backlog.stop()));
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

  /** @returns the messages that the subscriber did not handle, in their order. */
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
    while (left.length > 0 && !this.isClosing && !backlog.isStopped) {
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
      // A message that fails holds back only later ones of its own key.
      held.add(keyOf(left[0]!));
      left = left.filter((message) => !held.has(keyOf(message)));
    }
    return messages.filter((message) => !taken.has(message));
  }
}
