import type { EntityManager } from 'typeorm';
import type { FailureKind } from '#platform';
import type { OutgoingMessage, ReceivedMessage } from './message.js';

/** DI token of the {@link EventTransport}. */
export const TRANSPORT = Symbol('transport');

/** The result of trying messages once, in their order. */
export interface Attempt {
  /** How many messages, from the start, were handled or dead-lettered as unreadable. */
  readonly done: number;
  /** Why the next message failed; its transaction was rolled back. */
  readonly failure?: { readonly kind: FailureKind; readonly error: unknown };
}

/** A subscriber, as the transport sees it. {@link Lane} decides when and how often a failed message is retried. */
export interface Subscription {
  /** Every message reaches each group at least once, however many processes the group has. */
  readonly group: string;
  readonly topics: readonly string[];
  /** Tries messages of one partition in their order. Never rejects. */
  deliver(messages: readonly ReceivedMessage[]): Promise<Attempt>;
  /** Dead-letters a message; from then on it counts as done. */
  deadLetter(message: ReceivedMessage, error: unknown, attempts: number): Promise<void>;
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

/** The log will never accept this message, or one of these; see {@link EventTransport.publish}. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';
}

/**
 * Carries messages from an outbox to the inboxes of other services: over Kafka, or over the loopback of a newsroom in one
 * process. It closes in two phases, since handlers still publish while the last messages are processed.
 */
export interface EventTransport {
  /** Maximum number of rows that the relay publishes per round. */
  readonly batch: number;
  /**
   * Resolves when every message is certain to arrive, in the given order for each key.
   * @throws MessageRefused when the log will never accept one of them; any other error when a retry may succeed. In both
   * cases, publish all of them again.
   */
  publish(messages: readonly OutgoingMessage[], options: PublishOptions): Promise<void>;
  /** Starts receiving in the background and returns at once, even if the log is unreachable. */
  subscribe(subscription: Subscription): void;
  /** First phase: receives nothing more, and resolves when messages in progress are done. Publishing still works. */
  stopReceiving(): Promise<void>;
  /** Second phase: closes all connections. Nothing may be published afterwards. */
  close(): Promise<void>;
}
