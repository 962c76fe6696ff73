import { lastValueFrom, from, isObservable } from 'rxjs';
import { Counter, type Registry } from 'prom-client';
import type { DataSource, EntityManager } from 'typeorm';
import { BadMessage, decodeEvent, eventContract, eventTypeOf, type NewsroomEvent } from '#events';
import { Backoff, isTransient, pause, withTrace, type Logger } from '#platform';
import { bury } from './dead-letters.js';
import { addToInbox } from './inbox.js';
import type { ReceivedMessage } from './message.js';

/** How often a message whose failure time will not mend is tried before it goes to the dead letters. */
const ATTEMPTS = 5;

/** A handler as Nest binds it: guards, pipes and filters included. */
export type BoundHandler = (event: NewsroomEvent, tx: EntityManager) => Promise<unknown>;
type Handlers = ReadonlyMap<string, BoundHandler>;
type Read = { message: ReceivedMessage } & ({ event: NewsroomEvent } | { bad: BadMessage });

/**
 * Makes messages take effect: each exactly once, in their order. The inbox row and what the handler writes are one
 * transaction, so a message that comes again is skipped and one that failed leaves nothing behind.
 */
export class Delivery {
  private readonly outcomes: Counter;

  constructor(
    private readonly db: DataSource,
    private readonly handlers: Handlers,
    private readonly log: Logger,
    registry: Registry,
  ) {
    this.outcomes = new Counter({
      name: 'events_received_total',
      help: 'Messages by outcome: handled, repeated, retried, dead, unknown (a type this build does not know), not-ours.',
      labelNames: ['type', 'outcome'],
      registers: [registry],
    });
  }

  /**
   * Takes messages of one partition in their order. First all in one transaction, which is what makes it fast; when
   * any of them fails, one after another, so that it alone is tried again or set aside.
   * @throws when time may mend the failure; the same messages are then to be brought again.
   */
  async deliver(messages: readonly ReceivedMessage[]): Promise<void> {
    const read = messages.flatMap((message) => this.read(message));
    if (read.length === 0) return;
    try {
      await this.takeEffect(read, 1);
    } catch (error) {
      if (read.length === 1 && isTransient(error)) throw error;
      // Many at once may have failed only because they were many, as with a deadlock between two such transactions.
      for (const one of read) await this.deliverOne(one, read.length === 1 ? error : undefined);
    }
  }

  /** Handles a dead letter once more within `tx`; throws what its handler throws. */
  async redeliver(tx: EntityManager, message: ReceivedMessage): Promise<void> {
    for (const one of this.read(message)) {
      if ('bad' in one) throw one.bad;
      for (const event of await addToInbox(tx, [one.event])) await this.handle(event, tx);
    }
  }

  private read(message: ReceivedMessage): Read[] {
    try {
      const type = eventTypeOf(message);
      if (!this.handlers.has(type)) {
        const outcome = eventContract(type) ? 'not-ours' : 'unknown';
        this.outcomes.inc({ type: outcome === 'unknown' ? 'unknown' : type, outcome });
        return [];
      }
      return [{ message, event: decodeEvent(message) }];
    } catch (error) {
      if (error instanceof BadMessage) return [{ message, bad: error }];
      throw error;
    }
  }

  /** One transaction for all of `read`: everything in it takes effect, or nothing does. */
  private async takeEffect(read: readonly Read[], attempts: number): Promise<void> {
    const events = read.flatMap((one) => ('event' in one ? [one.event] : []));
    const fresh = await this.db.transaction(async (tx) => {
      const added = await addToInbox(tx, events);
      for (const one of read) if ('bad' in one) await this.bury(tx, one.message, one.bad, attempts);
      for (const event of added) await this.handle(event, tx);
      return new Set(added);
    });
    for (const event of events) {
      this.outcomes.inc({ type: event.type, outcome: fresh.has(event) ? 'handled' : 'repeated' });
    }
  }

  private async deliverOne(one: Read, firstError: unknown): Promise<void> {
    const backoff = new Backoff(50, 1_000);
    let error = firstError;
    for (let attempt = error === undefined ? 1 : 2; attempt <= ATTEMPTS; attempt++) {
      if (error !== undefined) {
        this.outcomes.inc({ type: typeOf(one), outcome: 'retried' });
        await pause(backoff.next());
      }
      try {
        return await this.takeEffect([one], attempt);
      } catch (failure) {
        if (isTransient(failure)) throw failure;
        error = failure;
      }
    }
    await this.db.transaction((tx) => this.bury(tx, one.message, error, ATTEMPTS));
  }

  private async handle(event: NewsroomEvent, tx: EntityManager): Promise<void> {
    await withTrace(event.traceparent, async () => {
      const result = await this.handlers.get(event.type)!(event, tx);
      if (isObservable(result)) await lastValueFrom(from(result), { defaultValue: undefined });
    });
  }

  private async bury(
    tx: EntityManager,
    message: ReceivedMessage,
    error: unknown,
    attempts: number,
  ): Promise<void> {
    await bury(tx, message, error, attempts);
    const { topic, partition, offset } = message;
    this.outcomes.inc({ type: 'any', outcome: 'dead' });
    this.log.error({ err: error, topic, partition, offset, attempts }, 'a message went to the dead letters');
  }
}

const typeOf = (one: Read): string => ('event' in one ? one.event.type : 'unreadable');
