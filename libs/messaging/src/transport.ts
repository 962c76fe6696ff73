import type { OutgoingMessage, ReceivedMessage } from './message.js';

/** DI token of the {@link EventTransport}. */
export const TRANSPORT = Symbol('transport');

export interface Subscription {
  /** Every message reaches each group once or more often, whatever the number of its processes. */
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Takes messages of one partition in their order. Resolves when all have taken effect or lie with the dead
   * letters; rejects when the same messages must be brought again later.
   */
  readonly deliver: (messages: readonly ReceivedMessage[]) => Promise<void>;
}

/** How messages get from an outbox to the inboxes of others: Kafka, or the loopback of a newsroom in one process. */
export interface EventTransport {
  /** Resolves when every message is sure to arrive; on a rejection some may have been sent, and all come again. */
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
  subscribe(subscription: Subscription): Promise<void>;
  /** Stops bringing messages; resolves when those under way are done. */
  close(): Promise<void>;
}
