import { setTimeout as delay } from 'node:timers/promises';

/** Waits that double from `first` to `longest` milliseconds, with jitter, so that replicas do not retry together. */
export class Backoff {
  private failures = 0;
  constructor(
    private readonly first: number,
    private readonly longest: number,
  ) {}

  /** Milliseconds to wait after another failure: between half of the current step and all of it. */
  next(): number {
    const step = Math.min(this.longest, this.first * 2 ** this.failures++);
    return step / 2 + Math.random() * (step / 2);
  }

  reset(): void {
    this.failures = 0;
  }
}

/** Waits `ms` milliseconds, or less when `signal` aborts. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
}
