import type { DataSource, EntityManager } from 'typeorm';
import { BackgroundWork } from '#jobs';
import { afterCommit, boundedTransaction, causesOf, type Logger } from '#platform';

/** Milliseconds between two events of one aggregate. */
const INTERVAL = 1_000;
/** Milliseconds within which all commits share one round. */
const GATHER = 50;
/** Aggregates per transaction. */
const BATCH = 200;
const LOCK_TIMEOUT = '55P03';

/** False for {@link INTERVAL} after an event. A clock that was set back does not extend that time. */
const IS_DUE = `(emitted_at BETWEEN clock_timestamp() - interval '${INTERVAL} milliseconds' AND clock_timestamp()) IS NOT TRUE`;

/**
 * A table whose rows are aggregates that change often. It has the columns `emission_pending boolean NOT NULL`, which a change
 * sets to true, `emitted_at timestamptz`, and an index on `(emitted_at) WHERE emission_pending`.
 */
export interface CoalescedTable {
  readonly name: string;
  /** The column with the aggregate's id, a uuid. */
  readonly id: string;
}

/**
 * Publishes the state of an aggregate at most once per second, however often it changes, and always its last state.
 *
 * The flag `emission_pending` is a column of the aggregate's own row. So it commits or rolls back with the change, costs no
 * statement of its own, and is cleared under the same lock under which changes set it. It survives a crash, and any replica
 * may publish the event.
 */
export abstract class CoalescingPublisher extends BackgroundWork {
  private waking: NodeJS.Timeout | undefined;
  private lastBusy = '';

  constructor(
    name: string,
    private readonly table: CoalescedTable,
    private readonly db: DataSource,
    private readonly log: Logger,
  ) {
    super(name, INTERVAL, log);
  }

  /** Adds an event with the current state of each aggregate to the outbox; their rows are locked in `tx`. */
  protected abstract emit(tx: EntityManager, ids: readonly string[]): Promise<void>;

  /** Starts a round soon after the commit of `tx`. Without this call an event is up to a second late. */
  wakeAfterCommit(tx: EntityManager): void {
    afterCommit(tx, this.wakeSoon);
  }

  protected async round(signal: AbortSignal): Promise<boolean | number> {
    const { due, nextIn } = await this.findDue();
    if (due.length === 0) return nextIn;
    const emitted = new Set(await this.emitDue(due, 'SKIP LOCKED'));
    const busy = due.filter((id) => !emitted.has(id));
    if (busy.length > 0 && !signal.aborted) await this.waitForTurn(this.nextBusy(busy));
    return true;
  }

  /** Aggregates with the flag whose last event is old enough; if there are none, the milliseconds until one is due. */
  private async findDue(): Promise<{ due: string[]; nextIn: number }> {
    const { name, id } = this.table;
    const rows: { id: string; isDue: boolean; nextIn: number }[] = await this.db.query(
      `SELECT ${id} AS id, ${IS_DUE} AS "isDue",
         (extract(epoch FROM emitted_at - clock_timestamp()) * 1000 + ${INTERVAL})::float AS "nextIn"
       FROM ${name} WHERE emission_pending ORDER BY emitted_at NULLS FIRST LIMIT ${BATCH}`,
    );
    const waits = rows.filter(({ isDue }) => !isDue).map(({ nextIn }) => nextIn);
    return {
      due: rows.filter(({ isDue }) => isDue).map((row) => row.id),
      nextIn: Math.max(1, Math.ceil(Math.min(INTERVAL, ...waits))),
    };
  }

  /** @returns the ids of those it published; another replica may have been faster. */
  private emitDue(ids: readonly string[], ifLocked: 'SKIP LOCKED' | 'WAIT'): Promise<string[]> {
    const { name, id } = this.table;
    return boundedTransaction(this.db, async (tx) => {
      const rows: { id: string }[] = await tx.query(
        `SELECT ${id} AS id FROM ${name} WHERE ${id} = ANY($1) AND emission_pending AND ${IS_DUE}
         ORDER BY ${id} FOR UPDATE ${ifLocked === 'WAIT' ? '' : ifLocked}`,
        [ids],
      );
      const claimed = rows.map((row) => row.id);
      if (claimed.length === 0) return claimed;
      await this.emit(tx, claimed);
      await tx.query(
        `UPDATE ${name} SET emission_pending = false, emitted_at = clock_timestamp() WHERE ${id} = ANY($1)`,
        [claimed],
      );
      return claimed;
    });
  }

  /**
   * A row that some writer always has locked would never be found unlocked, so one row per round queues for its lock like a
   * writer. The wait ends after two seconds, and all other aggregates are published between two waits.
   */
  private async waitForTurn(id: string): Promise<void> {
    this.lastBusy = id;
    try {
      await this.emitDue([id], 'WAIT');
    } catch (error) {
      if (![...causesOf(error)].some(({ code }) => code === LOCK_TIMEOUT)) throw error;
      this.log.warn({ err: error, table: this.table.name, id }, 'a row stayed locked; its event is late');
    }
  }

  /** Rotates through the busy rows, so that a row that stays locked does not starve the others. */
  private nextBusy(ids: readonly string[]): string {
    const sorted = ids.toSorted();
    return sorted.find((id) => id > this.lastBusy) ?? sorted[0]!;
  }

  /** One function for all commits, which `afterCommit` therefore runs once per transaction. */
  private readonly wakeSoon = (): void => {
    this.waking ??= setTimeout(() => {
      this.waking = undefined;
      this.worker.wake();
    }, GATHER).unref();
  };
}
