import { EventSubscriber, type EntitySubscriberInterface, type TransactionStartEvent } from 'typeorm';
import { isInRequest } from '../context/context.js';

/** Milliseconds that a transaction of a request may take. Callers wait longer, so that they learn what became of it. */
export const REQUEST_TRANSACTION_WITHIN = 15_000;

/**
 * Bounds each transaction that a request begins, waits for locks included: the server then ends it, and the request is
 * answered 503 with nothing stored. Work in the background bounds itself.
 */
@EventSubscriber()
export class RequestDeadline implements EntitySubscriberInterface {
  async afterTransactionStart({ queryRunner }: TransactionStartEvent): Promise<void> {
    if (isInRequest())
      await queryRunner.query(`SET LOCAL transaction_timeout = ${REQUEST_TRANSACTION_WITHIN}`);
  }
}
