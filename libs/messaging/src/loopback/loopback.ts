import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Logger } from '#platform';
import { Lane } from '../lane.js';
import { receivedOverLoopback, type OutgoingMessage } from '../message.js';
import type { EventTransport, Subscription } from '../transport.js';
import { LoopbackPublisher } from './loopback-publisher.js';

/**
 * Connects the services of a newsroom in one process. There is no separate log; the outbox itself is the durable queue:
 * publishing delivers each message to every subscriber, and the relay deletes the row when each of them has committed
 * the message or has it in a backlog of its own.
 */
export class Loopback {
  private readonly subscriptions: Subscription[] = [];
  private readonly publishers: LoopbackPublisher[] = [];
  private state: 'waiting' | 'open' | 'closed' = 'waiting';

  /** Starts publishing; called when every service has subscribed, so that none misses the first events. */
  open(): void {
    this.state = 'open';
    for (const publisher of this.publishers) publisher.open(this.subscriptions);
  }

  /** Closes the transports of all services at once. Resolves when messages in progress are done; others stay in the outbox. */
  async close(): Promise<void> {
    this.state = 'closed';
    await Promise.all(this.publishers.map((publisher) => publisher.close()));
  }

  /** The transport of one service; `db` is its own database. */
  connect(db: DataSource, log: Logger): EventTransport {
    const publisher = new LoopbackPublisher(db, log);
    const own: Subscription[] = [];
    this.publishers.push(publisher);
    if (this.state === 'open') publisher.open(this.subscriptions);
    return {
      batch: LoopbackPublisher.batch,
      publish: async (messages, { tx }) => {
        if (this.state !== 'open') {
          throw new Error(`The loopback is ${this.state}; the events stay in the outbox.`);
        }
        await publisher.publish(messages, tx);
      },
      subscribe: (subscription) => {
        own.push(subscription);
        this.subscribe(subscription);
      },
      stopReceiving: async () => {
        await Promise.all(
          this.publishers.flatMap((each) => own.map((subscription) => each.stopDelivering(subscription))),
        );
      },
      close: () => publisher.close(),
    };
  }

  subscribe(subscription: Subscription): void {
    if (this.state !== 'waiting') {
      throw new Error('The loopback is open already; a subscriber would miss events.');
    }
    this.subscriptions.push(subscription);
  }

  /** For tests: delivers messages to every subscriber without an outbox; resolves when they have taken effect. */
  async deliver(messages: readonly OutgoingMessage[], log: Logger): Promise<void> {
    for (const subscription of this.subscriptions) {
      const lane = new Lane(subscription, log);
      const wanted = messages
        .filter(({ topic }) => subscription.topics.includes(topic))
        .map(receivedOverLoopback);
      while (wanted.length > 0) {
        const { done, wait, failure } = await lane.step(wanted);
        wanted.splice(0, done);
        if (failure && failure.kind !== 'permanent') throw failure.error;
        await delay(wait);
      }
    }
  }
}
