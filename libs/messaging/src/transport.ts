import type { EntityManager } from 'typeorm';
import type { FailureKind } from '#platform';
import type { OutgoingMessage, ReceivedMessage } from './message.js';

/** DI token of the {@link EventTransport}. */
export const TRANSPORT = Symbol('transport');

/** What became of messages that were tried once, in their order. */
export interface Attempt {
  /** How many messages, from the start, were handled or dead-lettered as unreadable. */
  readonly done: number;
  /** Why the next message failed; its transaction was rolled back. */
  readonly failure?: { readonly kind: FailureKind; readonly error: unknown };
}

/** Who wants messages. When and how often a failed one is tried again is up to {@link Lane}. */
export interface Subscription {
  /** Every message reaches each group once or more often, whatever the number of its processes. */
  readonly group: string;
  readonly topics: readonly string[];
  /** Tries messages of one partition in their order. Never rejects. */
  deliver(messages: readonly ReceivedMessage[]): Promise<Attempt>;
  /** Dead-letters a message; from then on it counts as done. */
  bury(message: ReceivedMessage, error: unknown, attempts: number): Promise<void>;
}

export interface PublishOptions {
  /** Another process published last: it may still be sending, and has to be fenced off first. */
  readonly takenOver: boolean;
  /**
   * Rejects when the relay's lock is lost. Call it after raising the epoch: while the lock is held, no newer relay can have
   * raised it.
   */
  readonly confirmLock: () => Promise<unknown>;
  /** The relay's transaction on the publisher's own database; it commits after `publish` has resolved. */
  readonly tx: EntityManager;
  /** Aborts when the process stops. */
  readonly signal: AbortSignal;
}

/** The log will never take this message, or one of these; see {@link EventTransport.publish}. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';
}

/** How messages get from an outbox to the inboxes of others: Kafka, or the loopback of a newsroom in one process. */
export interface EventTransport {
  /** Rows the relay should take a round, at most. */
  readonly batch: number;
  /**
   * Resolves when every message is sure to arrive, in the given order for each key.
   * @throws MessageRefused when the log will never accept one of them; any other error when a retry may succeed. Either way,
   * publish all of them again.
   */
  publish(messages: readonly OutgoingMessage[], options: PublishOptions): Promise<void>;
  /** Starts delivery in the background and returns at once, even if the log is unreachable. */
  subscribe(subscription: Subscription): void;
  /** Stops delivery; resolves when messages in progress are done. Publishing goes on. */
  stopDelivery(): Promise<void>;
  /** Ends everything; nothing may be published afterwards. */
  close(): Promise<void>;
}
