import type { DataSource } from 'typeorm';
import type { Logger } from '#platform';
import { Lane } from '../lane.js';
import { receivedOverLoopback, type OutgoingMessage } from '../message.js';
import type { EventTransport, Subscription } from '../transport.js';
import { LoopbackPublisher } from './loopback-publisher.js';

/**
 * The transport of a newsroom in one process: no second log, the outbox itself is the durable queue. Publishing
 * hands each message to every subscriber; the relay deletes the row when each has committed it, or has it in a
 * backlog of its own.
 */
export class Loopback {
  private readonly subscriptions: Subscription[] = [];
  private readonly publishers: LoopbackPublisher[] = [];
  private state: 'waiting' | 'open' | 'closed' = 'waiting';

  /** Lets messages flow; called when every service has subscribed, so that none misses the first. */
  open(): void {
    this.state = 'open';
    for (const publisher of this.publishers) publisher.open(this.subscriptions);
  }

  /** Takes no more messages; resolves when those under way are done. What is refused stays in its outbox. */
  async close(): Promise<void> {
    this.state = 'closed';
    await Promise.all(this.publishers.map((publisher) => publisher.close()));
  }

  /** The end that one service holds; `db` is its own database. */
  connect(db: DataSource, log: Logger): EventTransport {
    const publisher = new LoopbackPublisher(db, log);
    this.publishers.push(publisher);
    if (this.state === 'open') publisher.open(this.subscriptions);
    return {
      batch: LoopbackPublisher.batch,
      publish: async (messages, { tx }) => {
        if (this.state !== 'open')
          throw new Error(`The loopback is ${this.state}; the events stay in the outbox.`);
        await publisher.publish(messages, tx);
      },
      subscribe: (subscription) => this.subscribe(subscription),
      // The ends close together, see close(): one service's events are the business of all.
      stopDelivery: async () => undefined,
      close: async () => undefined,
    };
  }

  subscribe(subscription: Subscription): void {
    if (this.state !== 'waiting')
      throw new Error('The loopback is open already; a subscriber would miss events.');
    this.subscriptions.push(subscription);
  }

  /** Brings messages to every subscriber, past any outbox; resolves when they have taken effect. For tests of services. */
  async bring(messages: readonly OutgoingMessage[], log: Logger): Promise<void> {
    for (const subscription of this.subscriptions) {
      const lane = new Lane(subscription, log);
      const wanted = messages
        .filter(({ topic }) => subscription.topics.includes(topic))
        .map(receivedOverLoopback);
      while (wanted.length > 0) {
        const { done, wait, failure } = await lane.step(wanted);
        wanted.splice(0, done);
        if (failure && failure.kind !== 'permanent') throw failure.error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }
}
