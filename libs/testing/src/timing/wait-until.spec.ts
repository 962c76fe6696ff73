import { describe, expect, it } from '@jest/globals';
import { waitUntil } from './wait-until.js';

describe('waitUntil', () => {
  it('returns what the condition returned', async () => {
    let checks = 0;
    expect(await waitUntil(() => ++checks === 3 && 'there')).toBe('there');
  });

  it('fails with what it waited for and the last error', async () => {
    const fails = waitUntil(() => Promise.reject(new Error('no answer')), { within: 50, what: 'the ferry' });
    await expect(fails).rejects.toThrow('Waited 50 ms for the ferry; last result: Error: no answer');
  });
});
