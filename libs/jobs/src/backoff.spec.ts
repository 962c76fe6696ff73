import { describe, expect, it } from '@jest/globals';
import { Backoff, pause } from './backoff.js';

describe('a backoff', () => {
  it('doubles its waits up to the longest one, each shortened by up to half', () => {
    const backoff = new Backoff(100, 500);
    for (const step of [100, 200, 400, 500, 500]) {
      const wait = backoff.next();
      expect(wait).toBeGreaterThanOrEqual(step / 2);
      expect(wait).toBeLessThanOrEqual(step);
    }
  });

  it('spreads its waits, so that replicas do not retry together', () => {
    const waits = Array.from({ length: 20 }, () => new Backoff(1_000, 1_000).next());
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it('starts again with the first wait after a success', () => {
    const backoff = new Backoff(100, 10_000);
    for (let i = 0; i < 5; i++) backoff.next();
    backoff.reset();
    expect(backoff.next()).toBeLessThanOrEqual(100);
  });

  it('stays at the longest wait however often work fails', () => {
    const backoff = new Backoff(100, 500);
    for (let i = 0; i < 2_000; i++) backoff.next();
    expect(backoff.next()).toBeLessThanOrEqual(500);
  });
});

describe('a pause', () => {
  it('ends when its time is up', async () => {
    await expect(pause(1)).resolves.toBeUndefined();
  });

  it('ends early, without an error, when its signal aborts', async () => {
    const stopping = new AbortController();
    const paused = pause(60_000, stopping.signal);
    stopping.abort();
    await expect(paused).resolves.toBeUndefined();
    await expect(pause(60_000, stopping.signal)).resolves.toBeUndefined();
  });
});
