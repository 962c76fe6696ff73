import { ClientGone } from '#http';
import { Busy } from '../problems.js';

export interface BulkheadLimits {
  /** Calls that may run at the same time. */
  readonly concurrent: number;
  /** Calls that may wait for their turn; more are refused. */
  readonly waiting: number;
  /** Milliseconds that a call may wait. */
  readonly waitFor: number;
}

/** Bounds how many calls of one kind run and wait, so that one kind cannot starve the others. */
export class Bulkhead {
  private running = 0;
  /** Functions that start the waiting calls, in order of arrival. */
  private readonly queue = new Set<() => void>();

  constructor(private readonly limits: BulkheadLimits) {}

  get inFlight(): number {
    return this.running;
  }

  get waiting(): number {
    return this.queue.size;
  }

  /**
   * Runs `work` when it is its turn. Work that has started is not interrupted.
   * @param signal removes `work` from the queue.
   * @throws Busy when the queue is full or the wait too long; ClientGone when the signal aborted first.
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw new ClientGone();
    if (this.running < this.limits.concurrent) this.running++;
    else await this.turn(signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.queue.size >= this.limits.waiting) throw new Busy();
    return new Promise((resolve, reject) => {
      const leaveQueue = () => {
        this.queue.delete(start);
        clearTimeout(timeout);
        signal?.removeEventListener('abort', cancel);
      };
      const start = () => {
        leaveQueue();
        resolve();
      };
      const cancel = () => {
        leaveQueue();
        reject(new ClientGone());
      };
      const timeout = setTimeout(() => {
        leaveQueue();
        reject(new Busy());
      }, this.limits.waitFor);
      signal?.addEventListener('abort', cancel);
      this.queue.add(start);
    });
  }

  /** Starts the call that has waited longest. `running` does not drop in between, so no new call overtakes it. */
  private leave(): void {
    const [next] = this.queue;
    if (next) next();
    else this.running--;
  }
}
