import type { EntityManager } from 'typeorm';
import type { FailureKind } from '#platform';
import type { OutgoingMessage, ReceivedMessage } from './message.js';

/** DI token of the {@link EventTransport}. */
export const TRANSPORT = Symbol('transport');

/** What became of messages that were tried once, in their order. */
export interface Attempt {
  /** How many from the start have taken effect, or lie with the dead letters because nobody could ever read them. */
  readonly done: number;
  /** Why the next one did not; it left no trace. */
  readonly failure?: { readonly kind: FailureKind; readonly error: unknown };
}

/** Who wants messages. When and how often a failed one is tried again is up to {@link Lane}. */
export interface Subscription {
  /** Every message reaches each group once or more often, whatever the number of its processes. */
  readonly group: string;
  readonly topics: readonly string[];
  /** Tries messages of one partition in their order. Never rejects. */
  deliver(messages: readonly ReceivedMessage[]): Promise<Attempt>;
  /** Puts a message with the dead letters: it counts as done with from then on. */
  bury(message: ReceivedMessage, error: unknown, attempts: number): Promise<void>;
}

export interface PublishOptions {
  /** Another process published last: it may still be sending, and has to be fenced off first. */
  readonly takenOver: boolean;
  /**
   * Rejects when the relay's lock is lost. Whoever raises the epoch has to ask this afterwards: while the lock is held
   * nobody newer can have raised it before.
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
   * @throws MessageRefused when the log refuses one of them for what it is; anything else when it may work later.
   * Either way some may have arrived, and all are to be published again.
   */
  publish(messages: readonly OutgoingMessage[], options: PublishOptions): Promise<void>;
  /** Starts bringing messages, in the background: resolves at once, whether or not the log can be reached. */
  subscribe(subscription: Subscription): void;
  /** Brings no more messages; resolves when those under way are done. Publishing goes on. */
  stopDelivery(): Promise<void>;
  /** Ends everything; nothing may be published afterwards. */
  close(): Promise<void>;
}
