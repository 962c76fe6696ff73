import { Backoff, pause } from './backoff.js';

/** Milliseconds to wait for a dependency that is just starting, as in a new deployment. */
const WITHIN = 300_000;

export interface Retries {
  readonly isTransient: (error: unknown) => boolean;
  /** Called with each transient error. */
  readonly onRetry: (error: unknown) => void;
}

/** Retries idempotent work for up to five minutes while its errors are transient. @throws the last error. */
export async function retryUntilReady<T>(
  { isTransient, onRetry }: Retries,
  work: () => Promise<T>,
): Promise<T> {
  const backoff = new Backoff(500, 5_000);
  const deadline = performance.now() + WITHIN;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) throw error;
      onRetry(error);
      await pause(backoff.next());
    }
  }
}
