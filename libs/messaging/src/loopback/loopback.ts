import type { OutgoingMessage } from '../message.js';
import type { EventTransport, Subscription } from '../transport.js';

/** Messages handed over at a time: what a stop waits for. */
const CHUNK = 25;

/**
 * The transport of a newsroom in one process: no second log, the outbox itself is the durable queue. Publishing
 * hands each message to every subscriber in turn; the relay deletes the row when all of them have committed.
 */
export class Loopback {
  private readonly subscriptions: Subscription[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private state: 'waiting' | 'open' | 'closed' = 'waiting';

  /** Lets messages flow; called when every service has subscribed, so that none misses the first. */
  open(): void {
    this.state = 'open';
  }

  /** Takes no more messages; resolves when those under way are done. What is refused stays in its outbox. */
  async close(): Promise<void> {
    this.state = 'closed';
    await Promise.allSettled(this.underWay);
  }

  /** The end that one service holds. */
  connect(): EventTransport {
    return {
      publish: (messages) => this.publish(messages),
      subscribe: async (subscription) => void this.subscriptions.push(subscription),
      // The ends close together, see close(): one service's events are the business of all.
      close: async () => undefined,
    };
  }

  private async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.state !== 'open')
      throw new Error(`The loopback is ${this.state}; the events stay in the outbox.`);
    const work = this.deliver(messages);
    this.underWay.add(work);
    await work.finally(() => this.underWay.delete(work));
  }

  private async deliver(messages: readonly OutgoingMessage[]): Promise<void> {
    for (let i = 0; i < messages.length; i += CHUNK) {
      // What was handed over already comes again with the rest; the inboxes make that harmless.
      if (this.state === 'closed') throw new Error('The loopback was closed; the events stay in the outbox.');
      const received = messages
        .slice(i, i + CHUNK)
        .map((message) => ({ ...message, partition: -1, offset: message.outboxId }));
      for (const { topics, deliver } of this.subscriptions) {
        const wanted = received.filter(({ topic }) => topics.includes(topic));
        if (wanted.length > 0) await deliver(wanted);
      }
    }
  }
}
