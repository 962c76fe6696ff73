import type { Logger } from 'pino';
import { Backoff } from './backoff.js';

export interface WorkerOptions {
  readonly name: string;
  readonly log: Logger;
  /** Milliseconds between rounds when nobody wakes it. */
  readonly every: number;
  /** One round; true means there is more to do at once, a number that the next is due in so many milliseconds. */
  readonly round: (signal: AbortSignal) => Promise<boolean | number>;
}

/**
 * Work that goes on beside requests: rounds one after another, never two at a time. A round that fails is tried
 * again after growing waits, 100 ms to 10 s; a wake-up during a round leads to one more round.
 */
export class Worker {
  private readonly stopping = new AbortController();
  private readonly backoff = new Backoff(100, 10_000);
  private wakeUp: (() => void) | undefined;
  private woken = false;
  private running: Promise<void> | undefined;

  constructor(private readonly options: WorkerOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Asks for a round now; free to call as often as one likes. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** Lets the round under way finish, then resolves. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeUp?.();
    await this.running;
  }

  private async run(): Promise<void> {
    const { log, name, every, round } = this.options;
    while (!this.stopping.signal.aborted) {
      this.woken = false;
      try {
        const more = await round(this.stopping.signal);
        this.backoff.reset();
        if (more !== true) await this.sleep(more === false ? every : more, true);
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        const wait = this.backoff.next();
        log.warn(
          { err: error, worker: name, retryInMs: Math.round(wait) },
          `${name} failed and will try again`,
        );
        await this.sleep(wait, false);
      }
    }
  }

  private async sleep(ms: number, wakeable: boolean): Promise<void> {
    if (this.stopping.signal.aborted || (wakeable && this.woken)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        // Failing work is not hurried by wake-ups: only stopping ends its wait.
        if (!wakeable && !this.stopping.signal.aborted) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = undefined;
  }
}
