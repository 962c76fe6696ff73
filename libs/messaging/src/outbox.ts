import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { encodeEvent, type DataOf, type EventContract } from '#events';
import { afterCommit, Clock, currentTrace, SERVICE_NAME } from '#platform';
import { headersToJson } from './message.js';

export interface OutgoingEvent<Contract extends EventContract> {
  /** Id of the aggregate that changed. */
  readonly subject: string;
  readonly data: DataOf<Contract>;
  /** Trace of the request that caused it, by default the caller's. Set it when one call adds events of several requests. */
  readonly traceparent?: string;
}

/** The transactional outbox: a change and its event commit together, or neither does. The {@link Relay} publishes the rows. */
@Injectable()
export class Outbox {
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    @Inject(SERVICE_NAME) private readonly service: string,
  ) {}

  /**
   * Adds an event to the transaction `tx`. Lock the aggregate's row first: events of one subject then get their ids
   * in commit order.
   * @throws ZodError when the data breaks the contract, BadMessage when it is larger than MAX_EVENT_BYTES, Error outside a
   * transaction. Let the error roll back the transaction: a change must not commit without its event.
   */
  add<Contract extends EventContract>(
    tx: EntityManager,
    contract: Contract,
    event: OutgoingEvent<Contract>,
  ): Promise<void> {
    return this.addAll(tx, contract, [event]);
  }

  /** Adds many events of one type, in their order, with one statement. @throws as {@link Outbox.add}. */
  async addAll<Contract extends EventContract>(
    tx: EntityManager,
    contract: Contract,
    events: readonly OutgoingEvent<Contract>[],
  ): Promise<void> {
    if (events.length === 0) return;
    afterCommit(tx, this.wake);
    const time = this.clock.now().toISOString();
    const ownTrace = currentTrace()?.traceparent;
    const rows = events.map(({ subject, data, traceparent = ownTrace }) => {
      const source = `/newsroom/${this.service}`;
      const { value, headers } = encodeEvent({
        id: uuidv7(),
        type: contract.type,
        source,
        subject,
        time,
        traceparent,
        data,
      });
      return { subject, headers: headersToJson(headers), value: value!.toString() };
    });
    await tx.sql`
      INSERT INTO outbox (topic, key, headers, value)
      SELECT ${contract.topic}, key, headers::json, value
      FROM unnest(
        ${rows.map(({ subject }) => subject)}::text[],
        ${rows.map(({ headers }) => headers)}::text[],
        ${rows.map(({ value }) => value)}::text[]
      ) WITH ORDINALITY AS event (key, headers, value, position)
      ORDER BY position`;
  }

  /** Calls `listener` after each commit that added to the outbox. */
  onCommit(listener: () => void): void {
    this.listeners.push(listener);
  }

  private readonly wake = (): void => {
    for (const listener of this.listeners) listener();
  };
}
