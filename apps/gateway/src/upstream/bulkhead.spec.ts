import { describe, expect, it } from '@jest/globals';
import { ClientGone } from '#http';
import { Bulkhead } from './bulkhead.js';
import { Busy } from '../problems.js';

/** Calls that the test ends, and the order in which they started. */
function works() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      started.push(name);
      ends.set(name, () => resolve(name));
    });
  return { started, work, end: (name: string) => ends.get(name)!() };
}

describe('a bulkhead', () => {
  const limits = { concurrent: 1, waiting: 2, waitFor: 60_000 };

  it('runs waiting calls in order of arrival, and refuses a call immediately when the queue is full', async () => {
    const bulkhead = new Bulkhead(limits);
    const { started, work, end } = works();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => bulkhead.run(work(name)));
    await expect(bulkhead.run(work('d'))).rejects.toBeInstanceOf(Busy);
    expect([bulkhead.inFlight, bulkhead.waiting, started]).toEqual([1, 2, ['a']]);
    end('a');
    expect(await a).toBe('a');
    expect(started).toEqual(['a', 'b']);
    end('b');
    await b;
    end('c');
    await c;
    expect([bulkhead.inFlight, bulkhead.waiting, started]).toEqual([0, 0, ['a', 'b', 'c']]);
  });

  it('starts the next call when one fails', async () => {
    const bulkhead = new Bulkhead(limits);
    const failing = bulkhead.run(() => Promise.reject(new Error('no')));
    const next = bulkhead.run(async () => 'next');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('next');
    expect(bulkhead.inFlight).toBe(0);
  });

  it('refuses a call that has waited too long', async () => {
    const bulkhead = new Bulkhead({ ...limits, waitFor: 1 });
    const { work, end } = works();
    const running = bulkhead.run(work('a'));
    await expect(bulkhead.run(work('b'))).rejects.toBeInstanceOf(Busy);
    end('a');
    await running;
    expect([bulkhead.inFlight, bulkhead.waiting]).toEqual([0, 0]);
  });

  it('never starts a call that was cancelled while it waited', async () => {
    const bulkhead = new Bulkhead(limits);
    const { started, work, end } = works();
    const cancel = new AbortController();
    const running = bulkhead.run(work('a'));
    const cancelled = bulkhead.run(work('b'), cancel.signal);
    cancel.abort();
    await expect(cancelled).rejects.toBeInstanceOf(ClientGone);
    await expect(bulkhead.run(work('c'), cancel.signal)).rejects.toBeInstanceOf(ClientGone);
    end('a');
    await running;
    expect([bulkhead.inFlight, bulkhead.waiting, started]).toEqual([0, 0, ['a']]);
  });
});
