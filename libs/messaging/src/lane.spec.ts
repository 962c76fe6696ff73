import { describe, expect, it } from '@jest/globals';
import { createLogger, type FailureKind } from '#platform';
import { Lane } from './lane.js';
import type { ReceivedMessage } from './message.js';
import type { Attempt } from './transport.js';

const aMessage = (offset: number): ReceivedMessage => ({
  topic: 'newsroom.articles',
  partition: 0,
  offset: String(offset),
  key: null,
  value: null,
  headers: {},
});

const failure = (kind: FailureKind, done = 0, error = new Error(kind)): Attempt => ({
  done,
  failure: { kind, error },
});

/** A lane whose subscriber returns these answers in turn, and the sizes of the batches that the subscriber was given. */
function aLane(...answers: Attempt[]) {
  const given: number[] = [];
  const deadLettered: { offset: string; attempts: number }[] = [];
  const subscription = {
    deliver: async (messages: readonly ReceivedMessage[]) => {
      given.push(messages.length);
      return answers.shift() ?? { done: messages.length };
    },
    deadLetter: async ({ offset }: ReceivedMessage, _error: unknown, attempts: number) =>
      void deadLettered.push({ offset, attempts }),
  };
  return { lane: new Lane(subscription, createLogger('test', 'silent')), given, deadLettered };
}

const messages = [aMessage(1), aMessage(2), aMessage(3)];

describe('a lane', () => {
  it('delivers all messages at once while nothing fails', async () => {
    const { lane, given } = aLane();
    expect(await lane.step(messages)).toEqual({ done: 3, wait: 0 });
    expect(given).toEqual([3]);
  });

  it('retries a failed message alone, and delivers later ones after it has succeeded', async () => {
    const { lane, given } = aLane(failure('permanent', 1));
    expect(await lane.step(messages)).toMatchObject({ done: 1, wait: expect.any(Number) });
    expect(await lane.step(messages.slice(1))).toEqual({ done: 1, wait: 0 });
    expect(await lane.step(messages.slice(2))).toEqual({ done: 1, wait: 0 });
    expect(given).toEqual([3, 1, 1]);
  });

  it('dead-letters a message at its fifth permanent failure', async () => {
    const { lane, deadLettered } = aLane(...Array.from({ length: 5 }, () => failure('permanent')));
    for (let attempt = 1; attempt < 5; attempt++) {
      expect(await lane.step(messages)).toMatchObject({ done: 0 });
    }
    expect(await lane.step(messages)).toEqual({ done: 1, wait: 0 });
    expect(deadLettered).toEqual([{ offset: '1', attempts: 5 }]);
  });

  it.each(['transient', 'operational'] as const)(
    'never dead-letters a message for a failure that is %s',
    async (kind) => {
      const { lane, deadLettered } = aLane(...Array.from({ length: 50 }, () => failure(kind)));
      for (let attempt = 0; attempt < 50; attempt++) {
        expect(await lane.step(messages)).toMatchObject({ done: 0 });
      }
      expect(await lane.step(messages)).toMatchObject({ done: 1 });
      expect(deadLettered).toEqual([]);
    },
  );

  it('does not count transient failures as attempts at a permanent one', async () => {
    const { lane, deadLettered } = aLane(
      ...Array.from({ length: 9 }, () => failure('transient')),
      failure('permanent'),
    );
    for (let attempt = 0; attempt < 10; attempt++) await lane.step(messages);
    expect(deadLettered).toEqual([]);
  });

  it('waits longer for a transient failure than for a permanent one, whatever came before', async () => {
    const { lane } = aLane(failure('permanent'), ...Array.from({ length: 12 }, () => failure('transient')));
    let wait = 0;
    for (let attempt = 0; attempt < 13; attempt++) ({ wait } = await lane.step(messages));
    expect(wait).toBeGreaterThan(1_000);
  });

  it('tries messages once after ten dead letters for the same reason, and five times again after a success', async () => {
    const { lane, deadLettered } = aLane(
      ...Array.from({ length: 51 }, () => failure('permanent')),
      { done: 1 },
      ...Array.from({ length: 5 }, () => failure('permanent')),
    );
    for (let step = 0; step < 57; step++) await lane.step(messages);
    expect(deadLettered.map(({ attempts }) => attempts)).toEqual([...Array(10).fill(5), 1, 5]);
  });

  it('keeps a message that cannot be dead-lettered', async () => {
    const answers = Array.from({ length: 5 }, () => failure('permanent'));
    const subscription = {
      deliver: async () => answers.shift() ?? { done: 1 },
      deadLetter: () => Promise.reject(new Error('the database is down')),
    };
    const lane = new Lane(subscription, createLogger('test', 'silent'));
    let step = { done: 0, wait: 0 };
    for (let attempt = 0; attempt < 5; attempt++) step = await lane.step(messages);
    expect(step).toMatchObject({ done: 0, wait: expect.any(Number) });
    expect(await lane.step(messages)).toMatchObject({ done: 1 });
  });
});
