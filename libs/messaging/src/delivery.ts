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
import { bury } from './dead-letters.js';
import { addToInbox, markDead, reviveInInbox } from './inbox.js';
import type { ReceivedMessage } from './message.js';
import { TOPIC_PATTERN } from './on-event.js';
import type { Attempt } from './transport.js';

/** A handler as Nest binds it: guards, pipes and filters included. */
export type BoundHandler = (event: NewsroomEvent | RawEvent, tx: EntityManager) => Promise<unknown>;
/** By event type, or by {@link TOPIC_PATTERN} and topic. */
type Handlers = ReadonlyMap<string, BoundHandler>;
/** An event and what has to be done about it. */
interface Handling extends Pick<NewsroomEvent, 'id' | 'source' | 'type' | 'traceparent'> {
  readonly run: readonly ((tx: EntityManager) => Promise<unknown>)[];
}
type Read = { message: ReceivedMessage } & (
  { event: Handling } | { bad: BadMessage } | { skipped: { type: string; outcome: string } }
);

/**
 * Processes messages in order, each exactly once. The inbox row and the handler's writes share a transaction, so a redelivered
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

  /** Names the service's handlers; called once, before anything is delivered. */
  bind(handlers: Handlers): void {
    this.handlers = handlers;
  }

  /**
   * Tries messages of one partition once, in order: first all in one transaction, which is fast; if that fails, one by one up
   * to the first that fails on its own.
   */
  async deliver(messages: readonly ReceivedMessage[]): Promise<Attempt> {
    const read = messages.map((message) => this.read(message));
    if (read.length === 0) return { done: 0 };
    try {
      await this.takeEffect(read);
      return { done: read.length };
    } catch (error) {
      if (read.length === 1) return this.failed(read[0]!, 0, error);
    }
    // A combined transaction can fail where single ones succeed, for example by a deadlock with another one.
    for (const [i, one] of read.entries()) {
      try {
        await this.takeEffect([one]);
      } catch (error) {
        return this.failed(one, i, error);
      }
    }
    return { done: read.length };
  }

  /** Dead-letters a message and marks its event in the inbox, so that a redelivery skips it. */
  async bury(message: ReceivedMessage, error: unknown, attempts: number): Promise<void> {
    const read = this.read(message);
    const write = (event: Handling | undefined): Promise<void> =>
      this.db.transaction(async (tx) => {
        if (event) await markDead(tx, event);
        await bury(tx, message, error, attempts);
      });
    await write('event' in read ? read.event : undefined).catch((failure: unknown) => {
      // An event that the inbox cannot hold must not stay in the way for ever.
      if (failureKind(failure) !== 'permanent') throw failure;
      return write(undefined);
    });
    this.died(message, error, attempts);
  }

  /**
   * Handles a dead letter once more within `tx`, whose row the caller has locked.
   * @throws what its handler throws, and when this build has no handler for it.
   */
  async redeliver(tx: EntityManager, message: ReceivedMessage): Promise<void> {
    const read = this.read(message);
    if ('bad' in read) throw read.bad;
    if ('skipped' in read) throw new Error(`This service has no handler for ${eventTypeOf(message)}.`);
    if (await reviveInInbox(tx, read.event)) await this.handle(read.event, tx);
  }

  private read(message: ReceivedMessage): Read {
    try {
      if (isTombstone(message)) return { message, skipped: { type: 'none', outcome: 'tombstone' } };
      const type = eventTypeOf(message);
      const event = this.handlingOf(type, message);
      if (event) return { message, event };
      if (eventContract(type)) return { message, skipped: { type, outcome: 'not-ours' } };
      return { message, skipped: { type: 'unknown', outcome: 'unknown' } };
    } catch (error) {
      if (error instanceof BadMessage) return { message, bad: error };
      throw error;
    }
  }

  /** @throws BadMessage. */
  private handlingOf(type: string, message: ReceivedMessage): Handling | undefined {
    const ofType = this.handlers.get(type);
    const ofTopic = this.handlers.get(TOPIC_PATTERN + message.topic);
    const event = ofType && decodeEvent(message);
    const raw = ofTopic && readRawEvent(message);
    const run = [
      ...(ofType ? [(tx: EntityManager) => ofType(event!, tx)] : []),
      ...(ofTopic ? [(tx: EntityManager) => ofTopic(raw!, tx)] : []),
    ];
    const attributes = event ?? raw;
    // Only declared types become labels of metrics.
    return attributes && { ...attributes, type: eventContract(type) ? type : 'unknown', run };
  }

  /** One transaction for all of `read`: everything in it takes effect, or nothing does. */
  private async takeEffect(read: readonly Read[]): Promise<void> {
    const events = read.flatMap((one) => ('event' in one ? [one.event] : []));
    const bad = read.filter((one) => 'bad' in one);
    const fresh = new Set<Handling>();
    if (events.length + bad.length > 0) {
      await this.db.transaction(async (tx) => {
        for (const event of await addToInbox(tx, events)) fresh.add(event);
        for (const one of bad) await bury(tx, one.message, one.bad, 1);
        for (const event of fresh) await this.handle(event, tx);
      });
    }
    // Counted after the commit: rolled-back messages are redelivered and would count twice.
    for (const one of read) if ('skipped' in one) this.outcomes.inc(one.skipped);
    for (const event of events) {
      this.outcomes.inc({ type: event.type, outcome: fresh.has(event) ? 'handled' : 'repeated' });
    }
    for (const one of bad) this.died(one.message, one.bad, 1);
  }

  private failed(one: Read, done: number, error: unknown): Attempt {
    this.outcomes.inc({ type: 'event' in one ? one.event.type : 'unreadable', outcome: 'retried' });
    return { done, failure: { kind: failureKind(error), error } };
  }

  private async handle({ traceparent, run }: Handling, tx: EntityManager): Promise<void> {
    await withTrace(traceparent, async () => {
      for (const one of run) {
        const result = await one(tx);
        if (isObservable(result)) await lastValueFrom(from(result), { defaultValue: undefined });
      }
    });
  }

  private died({ topic, partition, offset }: ReceivedMessage, error: unknown, attempts: number): void {
    this.outcomes.inc({ type: 'any', outcome: 'dead' });
    this.log.error({ err: error, topic, partition, offset, attempts }, 'message dead-lettered');
  }
}
