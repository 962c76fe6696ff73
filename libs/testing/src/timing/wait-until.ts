import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds until it gives up. */
  readonly within?: number;
  /** Milliseconds between checks. */
  readonly every?: number;
  /** What the test waits for; part of the error message. */
  readonly what?: string;
}

/**
 * Checks until the condition holds, instead of waiting for a fixed time.
 * @returns the condition's value, once it is not undefined, null or false.
 * @throws Error that says what was waited for, with the last value or error.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { within = 10_000, every = 20, what = 'the condition' }: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = Date.now() + within;
  let last: unknown;
  do {
    try {
      const value = await condition();
      if (value !== undefined && value !== null && value !== false) return value as never;
      last = value;
    } catch (error) {
      last = error;
    }
    await delay(every);
  } while (Date.now() < deadline);
  throw new Error(`Waited ${within} ms for ${what}; last result: ${String(last)}`);
}
