import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import {
  DataSource,
  type EntityManager,
  type EntitySubscriberInterface,
  type TransactionCommitEvent,
} from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { encodeEvent, type DataOf, type EventContract } from '#events';
import { Clock, currentTrace, SERVICE_NAME } from '#platform';
import { headersToJson } from './message.js';

/**
 * The transactional outbox: a change and the news of it are one commit, so neither is ever there without the other.
 * The {@link Relay} carries the rows on from here.
 */
@Injectable()
export class Outbox implements EntitySubscriberInterface, OnModuleInit {
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    @Inject(SERVICE_NAME) private readonly service: string,
  ) {}

  onModuleInit(): void {
    this.db.subscribers.push(this);
  }

  /**
   * Adds an event to the transaction `tx`. Lock the aggregate's row before: rows of one subject then get their
   * place in the queue in the order of their commits.
   * @throws ZodError when the data breaks the contract, BadMessage when it is larger than MAX_EVENT_BYTES, Error
   * outside a transaction; the caller's transaction is then rolled back and nothing was said or done.
   */
  async add<Contract extends EventContract>(
    tx: EntityManager,
    contract: Contract,
    { subject, data }: { subject: string; data: DataOf<Contract> },
  ): Promise<void> {
    if (!tx.queryRunner?.isTransactionActive)
      throw new Error('Outbox.add needs the EntityManager of a transaction.');
    const { value, headers } = encodeEvent({
      id: uuidv7(),
      type: contract.type,
      source: `/newsroom/${this.service}`,
      subject,
      time: this.clock.now().toISOString(),
      traceparent: currentTrace()?.traceparent,
      data,
    });
    await tx.query(`INSERT INTO outbox (topic, key, headers, value) VALUES ($1, $2, $3, $4)`, [
      contract.topic,
      subject,
      headersToJson(headers),
      value!.toString(),
    ]);
    tx.queryRunner.data['outbox'] = true;
  }

  /** Calls `listener` after each commit that added to the outbox. */
  onCommit(listener: () => void): void {
    this.listeners.push(listener);
  }

  afterTransactionCommit({ queryRunner }: TransactionCommitEvent): void {
    if (!queryRunner.data['outbox']) return;
    queryRunner.data['outbox'] = false;
    for (const listener of this.listeners) listener();
  }
}
