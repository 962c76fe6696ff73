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

/** Work that waits for a commit: one set for the transaction, and one per open savepoint in it. */
const waiting = new WeakMap<QueryRunner, Set<Work>[]>();
const logs = new WeakMap<DataSource, Logger>();

/**
 * Runs `work` when the transaction `tx` has committed, and never when the transaction or its current savepoint is rolled
 * back. Use it for everything outside the database that must not be ahead of it, such as caches and wake-ups. A function
 * that is registered several times runs once. Nothing waits for it, its failure is logged, and it is lost when the
 * process dies right after the commit.
 * @throws Error outside a transaction.
 */
export function afterCommit(tx: EntityManager, work: Work): void {
  const scope = tx.queryRunner && waiting.get(tx.queryRunner)?.at(-1);
  if (!scope) throw new Error('afterCommit needs the EntityManager of a transaction.');
  scope.add(work);
}

/** Sets the logger for work after commits of `source`. */
export function logAfterCommit(source: DataSource, log: Logger): void {
  logs.set(source, log);
}

/** Tracks transactions for {@link afterCommit}; a subscriber of every data source. */
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
