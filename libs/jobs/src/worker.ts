import type { Logger } from 'pino';
import { Backoff } from './backoff.js';

export interface WorkerOptions {
  readonly name: string;
  readonly log: Logger;
  /** Milliseconds between rounds unless it is woken. */
  readonly every: number;
  /** One round. Returns true when there is more to do at once, or the milliseconds until the next round is due. */
  readonly round: (signal: AbortSignal) => Promise<boolean | number>;
}

/**
 * Works in the background in rounds, one at a time. A failed round is retried after growing waits, 100 ms to 10 s. A
 * wake-up during a round causes one more round.
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

  /** Asks for a round now. Many calls cause one round. */
  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** Resolves when the round in progress has finished. */
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
          `${name} failed and will be retried`,
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
        // Wake-ups do not shorten the wait after a failure; only stopping does.
        if (!wakeable && !this.stopping.signal.aborted) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = undefined;
  }
}
