import { EventSubscriber, type EntitySubscriberInterface, type TransactionStartEvent } from 'typeorm';
import { isInRequest } from '../context/context.js';

/** Milliseconds that a transaction of a request may take. Callers wait longer, so that they learn its outcome. */
export const REQUEST_TRANSACTION_WITHIN = 15_000;

/**
 * Bounds each transaction of a request, including waits for locks. When time is up, the server ends the transaction, and
 * the request is answered with 503 and nothing stored. Background work sets its own bounds.
 */
@EventSubscriber()
export class RequestDeadline implements EntitySubscriberInterface {
  async afterTransactionStart({ queryRunner }: TransactionStartEvent): Promise<void> {
    if (!isInRequest()) return;
    // SET takes no parameters.
    await queryRunner.query(`SET LOCAL transaction_timeout = ${REQUEST_TRANSACTION_WITHIN}`);
  }
}
