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
  /** Trace of the request behind it, when events of several requests are added at once; else that of the caller. */
  readonly traceparent?: string;
}

/**
 * The transactional outbox: a change and the news of it are one commit, so neither is ever there without the other.
 * The {@link Relay} carries the rows on from here.
 */
@Injectable()
export class Outbox {
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    @Inject(SERVICE_NAME) private readonly service: string,
  ) {}

  /**
   * Adds an event to the transaction `tx`. Lock the aggregate's row before: rows of one subject then get their
   * place in the queue in the order of their commits.
   * @throws ZodError when the data breaks the contract, BadMessage when it is larger than MAX_EVENT_BYTES, Error
   * outside a transaction; the caller's transaction is then rolled back and nothing was said or done.
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
    await tx.query(
      `INSERT INTO outbox (topic, key, headers, value)
       SELECT $1, key, headers::json, value FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY
         AS event(key, headers, value, place) ORDER BY place`,
      [
        contract.topic,
        rows.map(({ subject }) => subject),
        rows.map(({ headers }) => headers),
        rows.map(({ value }) => value),
      ],
    );
  }

  /** Calls `listener` after each commit that added to the outbox. */
  onCommit(listener: () => void): void {
    this.listeners.push(listener);
  }

  private readonly wake = (): void => {
    for (const listener of this.listeners) listener();
  };
}
