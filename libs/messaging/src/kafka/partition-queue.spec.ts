import { describe, expect, it } from '@jest/globals';
import type { KafkaMessage } from 'kafkajs';
import pLimit from 'p-limit';
import { createLogger } from '#platform';
import { waitUntil } from '#testing';
import { PartitionQueue } from './partition-queue.js';

const messages = (from: number, to: number): KafkaMessage[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    offset: String(from + i),
    key: null,
    value: Buffer.from('{}'),
    headers: {},
    timestamp: '0',
    attributes: 0,
  }));

/** A queue and the offsets that its subscriber has handled. */
function aQueue() {
  const handled: number[] = [];
  const queue = new PartitionQueue({
    topic: 'newsroom.articles',
    partition: 0,
    name: 'newsroom.articles',
    subscription: {
      group: 'test',
      topics: ['newsroom.articles'],
      deliver: async (chunk) => {
        handled.push(...chunk.map(({ offset }) => Number(offset)));
        return { done: chunk.length };
      },
      deadLetter: async () => undefined,
    },
    log: createLogger('test', 'silent'),
    limit: pLimit(1),
    onProgress: () => undefined,
  });
  return { queue, handled };
}

describe('the queue of a partition', () => {
  it('accepts nothing before it knows the offset of the group', () => {
    const { queue } = aQueue();
    expect(queue.push(messages(0, 9), { from: '0', last: '9' })).toBe(false);
  });

  it('accepts nothing that would leave a gap, and continues at its offset', async () => {
    const { queue, handled } = aQueue();
    queue.startAt(300n);
    expect(queue.push(messages(500, 510), { from: '500', last: '510' })).toBe(false);
    expect(queue.wanted).toBe(300n);
    expect(queue.push(messages(300, 305), { from: '300', last: '305' })).toBe(true);
    await waitUntil(() => queue.isEmpty);
    expect(handled).toEqual([300, 301, 302, 303, 304, 305]);
  });

  it('skips messages that it has already when they are fetched again', async () => {
    const { queue, handled } = aQueue();
    queue.startAt(0n);
    queue.push(messages(0, 5), { from: '0', last: '5' });
    queue.push(messages(3, 8), { from: '3', last: '8' });
    await waitUntil(() => queue.isEmpty);
    expect(handled).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('counts markers of transactions as handled, after messages and alone', async () => {
    const { queue } = aQueue();
    queue.startAt(0n);
    queue.push(messages(0, 3), { from: '0', last: '4' });
    await waitUntil(() => queue.handled === 5n);
    queue.push([], { from: '5', last: '5' });
    await waitUntil(() => queue.handled === 6n);
    expect(queue.isEmpty).toBe(true);
  });

  it('accepts records after a compaction gap: the fetch itself began without a gap', async () => {
    const { queue, handled } = aQueue();
    queue.startAt(0n);
    expect(queue.push(messages(7, 8), { from: '0', last: '8' })).toBe(true);
    await waitUntil(() => queue.isEmpty);
    expect(handled).toEqual([7, 8]);
  });
});
