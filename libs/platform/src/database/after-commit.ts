import {
  EventSubscriber,
  type DataSource,
  type EntityManager,
  type EntitySubscriberInterface,
  type QueryRunner,
  type TransactionCommitEvent,
  type TransactionRollbackEvent,
  type TransactionStartEvent,
} from 'typeorm';
import type { Logger } from '../logging/logging.js';

type Work = () => unknown;

/** What waits for the commit: one set for the transaction, and one for each savepoint that is open in it. */
const waiting = new WeakMap<QueryRunner, Set<Work>[]>();
const logs = new WeakMap<DataSource, Logger>();

/**
 * Runs `work` once the transaction `tx` has committed, and never when it, or the savepoint that `tx` is in, was rolled
 * back. For everything outside the database that must not be ahead of it: caches, wake-ups. The same function is run
 * once however often it is registered. Nobody waits for it, its failure is logged, and it is lost when the process
 * dies right after the commit.
 * @throws Error outside a transaction.
 */
export function afterCommit(tx: EntityManager, work: Work): void {
  const scope = tx.queryRunner && waiting.get(tx.queryRunner)?.at(-1);
  if (!scope) throw new Error('afterCommit needs the EntityManager of a transaction.');
  scope.add(work);
}

/** Names where failures of `source`'s work after commits are logged. */
export function logAfterCommit(source: DataSource, log: Logger): void {
  logs.set(source, log);
}

/** Follows transactions for {@link afterCommit}; every data source has it among its subscribers. */
@EventSubscriber()
export class AfterCommit implements EntitySubscriberInterface {
  afterTransactionStart({ queryRunner }: TransactionStartEvent): void {
    const scopes = waiting.get(queryRunner) ?? [];
    scopes.push(new Set());
    waiting.set(queryRunner, scopes);
  }

  afterTransactionCommit({ queryRunner, dataSource }: TransactionCommitEvent): void {
    const scopes = waiting.get(queryRunner);
    const done = scopes?.pop();
    if (!done) return;
    const outer = scopes?.at(-1);
    for (const work of done) {
      if (outer) outer.add(work);
      else void run(work, dataSource);
    }
  }

  afterTransactionRollback({ queryRunner }: TransactionRollbackEvent): void {
    waiting.get(queryRunner)?.pop();
  }
}

async function run(work: Work, source: DataSource): Promise<void> {
  try {
    await work();
  } catch (error) {
    logs.get(source)?.error({ err: error }, 'work after a commit failed');
  }
}
