import { Inject, Injectable } from '@nestjs/common';
import { from, isObservable, lastValueFrom } from 'rxjs';
import { Counter, Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import {
  BadMessage,
  decodeEvent,
  eventContract,
  eventTypeOf,
  isTombstone,
  readRawEvent,
  type NewsroomEvent,
  type RawEvent,
} from '#events';
import { failureKind, LOGGER, withTrace, type Logger } from '#platform';
import { addDeadLetter } from './dead-letters.js';
import { addToInbox, markDead, reviveInInbox } from './inbox.js';
import type { ReceivedMessage } from './message.js';
import { TOPIC_PATTERN } from './on-event.js';
import type { Attempt } from './transport.js';

/** A handler as Nest binds it: guards, pipes and filters included. */
export type BoundHandler = (event: NewsroomEvent | RawEvent, tx: EntityManager) => Promise<unknown>;
/** By event type, or by {@link TOPIC_PATTERN} and topic. */
type Handlers = ReadonlyMap<string, BoundHandler>;
/** An event with its handlers. */
interface HandledEvent extends Pick<NewsroomEvent, 'id' | 'source' | 'type' | 'traceparent'> {
  readonly run: readonly ((tx: EntityManager) => Promise<unknown>)[];
}
/** A message as decoded: an event with handlers here, bytes that are not an event, or a message to skip. */
type DecodedMessage = { message: ReceivedMessage } & (
  { event: HandledEvent } | { bad: BadMessage } | { skipped: { type: string; outcome: string } }
);

/**
 * Handles messages in order, each exactly once. The inbox row and the handlers' writes share a transaction, so a redelivered
 * message is skipped and a failed one leaves nothing behind.
 */
@Injectable()
export class Delivery {
  private handlers: Handlers = new Map();
  private readonly outcomes: Counter;

  constructor(
    private readonly db: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
    registry: Registry,
  ) {
    this.outcomes = new Counter({
      name: 'events_received_total',
      help: 'Messages by outcome: handled, repeated, retried, dead, unknown (a type this build does not know), not-ours, tombstone.',
      labelNames: ['type', 'outcome'],
      registers: [registry],
    });
  }

  /** Sets the service's handlers; called once, before the first delivery. */
  bind(handlers: Handlers): void {
    this.handlers = handlers;
  }

  /**
   * Tries messages of one partition once, in order: first all in one transaction, which is fast. If that fails, one by one up
   * to the first that fails on its own.
   */
  async deliver(messages: readonly ReceivedMessage[]): Promise<Attempt> {
    const decoded = messages.map((message) => this.decode(message));
    const [first] = decoded;
    if (!first) return { done: 0 };
    try {
      await this.handleTogether(decoded);
      return { done: decoded.length };
    } catch (error) {
      if (decoded.length === 1) return this.failed(first, 0, error);
    }
    // The batch can fail where each message succeeds, for example by a deadlock with another transaction.
    for (const [done, message] of decoded.entries()) {
      try {
        await this.handleTogether([message]);
      } catch (error) {
        return this.failed(message, done, error);
      }
    }
    return { done: decoded.length };
  }

  /** Dead-letters a message and marks its event in the inbox, so that a redelivery skips it. */
  async deadLetter(message: ReceivedMessage, error: unknown, attempts: number): Promise<void> {
    const decoded = this.decode(message);
    const keep = (event: HandledEvent | undefined): Promise<void> =>
      this.db.transaction(async (tx) => {
        if (event) await markDead(tx, event);
        await addDeadLetter(tx, message, error, attempts);
      });
    await keep('event' in decoded ? decoded.event : undefined).catch((failure: unknown) => {
      // An event whose id the inbox cannot store must not block its partition forever.
      if (failureKind(failure) !== 'permanent') throw failure;
      return keep(undefined);
    });
    this.reportDeadLetter(message, error, attempts);
  }

  /**
   * Handles a dead letter again within `tx`, in which the caller has locked its row.
   * @throws the handler's error; BadMessage; Error when this build has no handler for it.
   */
  async redeliver(tx: EntityManager, message: ReceivedMessage): Promise<void> {
    const decoded = this.decode(message);
    if ('bad' in decoded) throw decoded.bad;
    if ('skipped' in decoded) throw new Error(`This service has no handler for ${eventTypeOf(message)}.`);
    if (await reviveInInbox(tx, decoded.event)) await this.handle(decoded.event, tx);
  }

  private decode(message: ReceivedMessage): DecodedMessage {
    try {
      if (isTombstone(message)) return { message, skipped: { type: 'none', outcome: 'tombstone' } };
      const type = eventTypeOf(message);
      const event = this.handledEvent(type, message);
      if (event) return { message, event };
      if (eventContract(type)) return { message, skipped: { type, outcome: 'not-ours' } };
      return { message, skipped: { type: 'unknown', outcome: 'unknown' } };
    } catch (error) {
      if (error instanceof BadMessage) return { message, bad: error };
      throw error;
    }
  }

  /** @returns undefined when no handler is registered for the event. @throws BadMessage. */
  private handledEvent(type: string, message: ReceivedMessage): HandledEvent | undefined {
    const ofType = this.handlers.get(type);
    const ofTopic = this.handlers.get(TOPIC_PATTERN + message.topic);
    const event = ofType && decodeEvent(message);
    const raw = ofTopic && readRawEvent(message);
    const run = [
      ...(ofType ? [(tx: EntityManager) => ofType(event!, tx)] : []),
      ...(ofTopic ? [(tx: EntityManager) => ofTopic(raw!, tx)] : []),
    ];
    const attributes = event ?? raw;
    // Only declared types become labels of metrics: anyone may invent others.
    return attributes && { ...attributes, type: eventContract(type) ? type : 'unknown', run };
  }

  /** Handles all messages in one transaction, or none. */
  private async handleTogether(messages: readonly DecodedMessage[]): Promise<void> {
    const events = messages.flatMap((decoded) => ('event' in decoded ? [decoded.event] : []));
    const bad = messages.filter((decoded) => 'bad' in decoded);
    const fresh = new Set<HandledEvent>();
    if (events.length + bad.length > 0) {
      await this.db.transaction(async (tx) => {
        for (const event of await addToInbox(tx, events)) fresh.add(event);
        for (const { message, bad: error } of bad) await addDeadLetter(tx, message, error, 1);
        for (const event of fresh) await this.handle(event, tx);
      });
    }
    // Counted after the commit: messages of a rolled-back transaction are redelivered and would count twice.
    for (const decoded of messages) if ('skipped' in decoded) this.outcomes.inc(decoded.skipped);
    for (const event of events) {
      this.outcomes.inc({ type: event.type, outcome: fresh.has(event) ? 'handled' : 'repeated' });
    }
    for (const { message, bad: error } of bad) this.reportDeadLetter(message, error, 1);
  }

  private failed(decoded: DecodedMessage, done: number, error: unknown): Attempt {
    const type = 'event' in decoded ? decoded.event.type : 'unreadable';
    this.outcomes.inc({ type, outcome: 'retried' });
    return { done, failure: { kind: failureKind(error), error } };
  }

  private async handle({ traceparent, run }: HandledEvent, tx: EntityManager): Promise<void> {
    await withTrace(traceparent, async () => {
      for (const handler of run) {
        const result = await handler(tx);
        if (isObservable(result)) await lastValueFrom(from(result), { defaultValue: undefined });
      }
    });
  }

  private reportDeadLetter(
    { topic, partition, offset }: ReceivedMessage,
    error: unknown,
    attempts: number,
  ): void {
    this.outcomes.inc({ type: 'any', outcome: 'dead' });
    this.log.error({ err: error, topic, partition, offset, attempts }, 'message dead-lettered');
  }
}
