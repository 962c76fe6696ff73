import type { DataSource, EntityManager } from 'typeorm';
import { BatchWriter, boundedTransaction, type Logger, type Outcome } from '#platform';
import { Refused } from '../problems/refused.js';

/** Details of the refusal of a request that may be sent again after this many seconds. */
export const RETRY_SOON = { retryAfter: 2 };

export interface RequestBatchesOptions<Call, Result> {
  readonly db: DataSource;
  /** Connections of the pool. At most half of them write, so that reads continue. */
  readonly databasePool: number;
  readonly log: Logger;
  /** Writes requests that change one aggregate. @returns the outcome of each, in their order. */
  readonly write: (
    tx: EntityManager,
    aggregateId: string,
    calls: readonly Call[],
  ) => Promise<readonly Outcome<Result>[]>;
  /** Approximate bytes that a waiting request holds. */
  readonly bytesOf: (call: Call) => number;
  /** The refusal that a failed request is answered with; undefined to throw the error itself. */
  readonly refusalOf: (error: unknown) => Refused | undefined;
}

/**
 * Writes requests that change the same aggregate in one transaction, since they wait for the lock of its row anyway: a
 * busy aggregate costs one transaction per batch, not one per request. See `BatchWriter` for the bounds.
 */
export class RequestBatches<Call, Result> {
  private readonly writer: BatchWriter<Call, Result>;
  private readonly refusalOf: RequestBatchesOptions<Call, Result>['refusalOf'];

  constructor({ db, databasePool, log, write, bytesOf, refusalOf }: RequestBatchesOptions<Call, Result>) {
    this.writer = new BatchWriter<Call, Result>({
      write: (aggregateId, calls) => boundedTransaction(db, (tx) => write(tx, aggregateId, calls)),
      bytesOf,
      keysAtOnce: Math.max(1, Math.floor(databasePool / 2)),
      log,
    });
    this.refusalOf = refusalOf;
  }

  /** Requests that wait for their batch. */
  get waiting(): number {
    return this.writer.waiting;
  }

  /**
   * @param signal drops the request, with the signal's reason, as long as its batch has not started.
   * @throws the refusal of this request, or the one that `refusalOf` returned, with the error as its `cause`.
   */
  async submit(aggregateId: string, call: Call, signal?: AbortSignal): Promise<Result> {
    try {
      return await this.writer.submit(aggregateId, call, signal);
    } catch (error) {
      const refusal = this.refusalOf(error);
      throw refusal ? Object.assign(refusal, { cause: error }) : error;
    }
  }

  /** Refuses new requests and resolves when the waiting ones have their outcome. */
  close(): Promise<void> {
    return this.writer.close();
  }
}

/** Applies a rule to one request of a batch, so that a refusal affects only this one. @throws any other error. */
export function outcomeOf<Result>(rule: () => Result): Outcome<Result> {
  try {
    return { result: rule() };
  } catch (error) {
    if (error instanceof Refused) return { refused: error };
    throw error;
  }
}
