import { setTimeout as delay } from 'node:timers/promises';
import { Backoff } from '#platform';

/** Milliseconds to wait for what is just starting, as in a new deployment. */
const WITHIN = 300_000;

/** Retries idempotent work for up to five minutes while its error is transient. @throws the last error. */
export async function retryUntilReady(
  what: string,
  isTransient: (error: unknown) => boolean,
  work: () => Promise<void>,
): Promise<void> {
  const backoff = new Backoff(1_000, 5_000);
  const deadline = performance.now() + WITHIN;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) throw error;
      console.log(`${what} is not ready (${(error as Error).message}). Waiting.`);
      await delay(backoff.next());
    }
  }
}
