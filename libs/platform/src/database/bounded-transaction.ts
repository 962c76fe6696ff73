import type { Socket } from 'node:net';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { CommitOutcomeUnknown } from './commit-outcome.js';
import { causesOf, TransactionTimedOut } from './failure-kind.js';

/** Milliseconds. A caller waits no longer than the sum of the last two. */
const within = { lock: 2_000, statement: 4_000, transaction: 5_000, commit: 4_000 };
const TRANSACTION_TIMEOUT = '25P04';

/**
 * A transaction with deadlines: the server bounds waits for locks, statements and the whole (`transaction_timeout`,
 * PostgreSQL 17). When the server itself hangs, the connection is cut; if COMMIT was not sent yet, nothing is stored then
 * or later.
 * @throws CommitOutcomeUnknown when COMMIT was not answered; any other error means that nothing was stored.
 */
export async function boundedTransaction<T>(
  db: DataSource,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = db.createQueryRunner();
  const connection = new Cut(within.transaction);
  try {
    connection.of(await runner.connect());
    await runner.startTransaction();
    await runner.sql`
      SELECT set_config('lock_timeout', ${String(within.lock)}, true),
        set_config('statement_timeout', ${String(within.statement)}, true),
        set_config('transaction_timeout', ${String(within.transaction)}, true)`;
    const result = await work(runner.manager);
    connection.throwIfCut();
    connection.restart(within.commit);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    const unknown = [...causesOf(error)].find((one) => one instanceof CommitOutcomeUnknown);
    if (unknown) throw unknown;
    await rollBack(runner);
    if (connection.isCut || [...causesOf(error)].some(({ code }) => code === TRANSACTION_TIMEOUT)) {
      throw new TransactionTimedOut({ cause: error });
    }
    throw error;
  } finally {
    connection.stop();
    await runner.release();
  }
}

async function rollBack(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive || runner.isReleased) return;
  // When the connection is dead, the server rolls back by itself.
  await runner.rollbackTransaction().catch(() => undefined);
}

/** Cuts a connection when its time is up. */
class Cut {
  isCut = false;
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.timer = this.start(ms);
  }

  /** @throws TransactionTimedOut when time was up before there was a connection. */
  of({ connection }: { connection: { stream: Socket } }): void {
    this.socket = connection.stream;
    this.throwIfCut();
  }

  restart(ms: number): void {
    this.stop();
    this.timer = this.start(ms);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  throwIfCut(): void {
    if (this.isCut) throw new TransactionTimedOut();
  }

  private start(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.isCut = true;
      this.socket?.destroy();
    }, ms);
  }
}
