import { ClientGone } from '#http';
import { Busy } from './problems.js';

export interface BulkheadLimits {
  /** Calls that run at the same time. */
  readonly concurrent: number;
  /** Calls that wait for their turn; one more is refused. */
  readonly waiting: number;
  /** Milliseconds a call waits at most. */
  readonly waitFor: number;
}

/** Bounds how much of one kind runs and waits at the same time, so that it cannot take the place of everything else. */
export class Bulkhead {
  private running = 0;
  /** In the order they came: each starts one work. */
  private readonly queue = new Set<() => void>();

  constructor(private readonly limits: BulkheadLimits) {}

  get inFlight(): number {
    return this.running;
  }

  get waiting(): number {
    return this.queue.size;
  }

  /**
   * Runs `work` when it is its turn. Work that has started is not interrupted here.
   * @param signal takes it out of the queue.
   * @throws Busy when the queue is full or the wait too long; ClientGone when the signal came first.
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
        clearTimeout(patience);
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
      const patience = setTimeout(() => {
        leaveQueue();
        reject(new Busy());
      }, this.limits.waitFor);
      signal?.addEventListener('abort', cancel);
      this.queue.add(start);
    });
  }

  /** The place goes to whoever waits longest; it is never free in between, so nobody overtakes. */
  private leave(): void {
    const [next] = this.queue;
    if (next) next();
    else this.running--;
  }
}
