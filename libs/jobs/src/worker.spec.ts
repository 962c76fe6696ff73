import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { Worker } from './worker.js';

interface Round {
  readonly signal: AbortSignal;
  readonly end: (result: boolean | number) => void;
  readonly fail: (error: Error) => void;
}

describe('a worker', () => {
  let rounds: Round[];
  let underWay: number;
  let mostAtOnce: number;
  let logged: { readonly msg: string; readonly worker: string; readonly retryInMs: number }[];
  let worker: Worker;

  beforeEach(() => {
    jest.useFakeTimers();
    [rounds, logged, underWay, mostAtOnce] = [[], [], 0, 0];
    const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
    worker = new Worker({ name: 'pruning', log, every: 1_000, round });
  });

  afterEach(async () => {
    const stopped = worker.stop();
    rounds.at(-1)?.end(false);
    await stopped;
    jest.useRealTimers();
  });

  function round(signal: AbortSignal): Promise<boolean | number> {
    mostAtOnce = Math.max(mostAtOnce, ++underWay);
    return new Promise<boolean | number>((resolve, reject) =>
      rounds.push({ signal, end: resolve, fail: reject }),
    ).finally(() => underWay--);
  }

  const passed = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const end = async (result: boolean | number) => {
    rounds.at(-1)!.end(result);
    await passed(0);
  };
  const fail = async () => {
    rounds.at(-1)!.fail(new Error('no'));
    await passed(0);
  };

  it('starts a round at once, and the next one after its interval', async () => {
    worker.start();
    expect(rounds).toHaveLength(1);
    await end(false);
    await passed(999);
    expect(rounds).toHaveLength(1);
    await passed(1);
    expect(rounds).toHaveLength(2);
  });

  it('runs only once however often it is started', async () => {
    worker.start();
    worker.start();
    await passed(0);
    expect(rounds).toHaveLength(1);
  });

  it('starts the next round at once when there is more to do', async () => {
    worker.start();
    await end(true);
    expect(rounds).toHaveLength(2);
  });

  it('starts the next round when the last one says that it is due', async () => {
    worker.start();
    await end(50);
    await passed(49);
    expect(rounds).toHaveLength(1);
    await passed(1);
    expect(rounds).toHaveLength(2);
  });

  it('starts a round at once when it is woken while it waits', async () => {
    worker.start();
    await end(false);
    worker.wake();
    await passed(0);
    expect(rounds).toHaveLength(2);
  });

  it('runs one more round after one in which it was woken, and never two at a time', async () => {
    worker.start();
    for (let i = 0; i < 3; i++) worker.wake();
    await passed(0);
    expect(rounds).toHaveLength(1);
    await end(false);
    expect(rounds).toHaveLength(2);
    await end(false);
    expect(rounds).toHaveLength(2);
    expect(mostAtOnce).toBe(1);
  });

  it('retries a failed round after growing waits up to ten seconds, which a success resets', async () => {
    worker.start();
    for (let failures = 1; failures <= 10; failures++) {
      await fail();
      const step = Math.min(10_000, 100 * 2 ** (failures - 1));
      await passed(step / 2 - 1);
      expect(rounds).toHaveLength(failures);
      await passed(step / 2 + 1);
      expect(rounds).toHaveLength(failures + 1);
    }
    await end(true);
    await fail();
    await passed(100);
    expect(rounds).toHaveLength(13);
  });

  it('logs each failure once, with the time until the retry', async () => {
    worker.start();
    await fail();
    expect(logged).toMatchObject([{ worker: 'pruning', msg: 'pruning failed and will be retried' }]);
    expect(logged[0]!.retryInMs).toBeLessThanOrEqual(100);
  });

  it('is not woken from the wait after a failure', async () => {
    worker.start();
    await fail();
    worker.wake();
    await passed(49);
    expect(rounds).toHaveLength(1);
    await passed(51);
    expect(rounds).toHaveLength(2);
  });

  describe('that is stopped', () => {
    it('aborts the signal of the round under way, waits for its end and starts no other', async () => {
      worker.start();
      let isStopped = false;
      const stopped = worker.stop().then(() => (isStopped = true));
      await passed(0);
      expect([rounds[0]!.signal.aborted, isStopped]).toEqual([true, false]);
      await end(true);
      await stopped;
      expect(rounds).toHaveLength(1);
    });

    it('logs no failure of the last round', async () => {
      worker.start();
      const stopped = worker.stop();
      await fail();
      await stopped;
      expect(logged).toEqual([]);
    });

    it.each([
      ['between two rounds', () => end(false)],
      ['in the wait after a failure', () => fail()],
    ])('ends at once %s', async (_when, endRound) => {
      worker.start();
      await endRound();
      await worker.stop();
      await passed(60_000);
      expect(rounds).toHaveLength(1);
    });

    it('ends at once when it never started', async () => {
      await worker.stop();
      expect(rounds).toEqual([]);
    });
  });
});
