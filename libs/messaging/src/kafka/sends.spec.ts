import { describe, expect, it } from '@jest/globals';
import { cutIntoSends, recordBytes, SEND_BYTES } from './sends.js';

const aMessage = (bytes: number, outboxId = '1') => ({
  outboxId,
  topic: 'newsroom.articles',
  key: Buffer.from('key'),
  value: Buffer.alloc(bytes),
  headers: { ce_id: Buffer.from('1') },
});

describe('cutting messages into sends', () => {
  it('keeps their order and all of them', () => {
    const messages = Array.from({ length: 100 }, (_, i) => aMessage(30_000, String(i)));
    expect(cutIntoSends(messages).flat()).toEqual(messages);
  });

  it('lets no send of several grow past what a broker takes for one partition', () => {
    const messages = Array.from({ length: 200 }, (_, i) => aMessage(i * 997));
    for (const send of cutIntoSends(messages)) {
      expect(send.reduce((sum, message) => sum + recordBytes(message), 0)).toBeLessThanOrEqual(SEND_BYTES);
    }
  });

  it('sends a message alone that is larger than a send', () => {
    const sizes = cutIntoSends([aMessage(10), aMessage(SEND_BYTES), aMessage(10)]).map((send) => send.length);
    expect(sizes).toEqual([1, 1, 1]);
  });

  it('counts key, headers and value', () => {
    const bytes = recordBytes({
      key: Buffer.alloc(100),
      value: Buffer.alloc(1_000),
      headers: { a: Buffer.alloc(50) },
    });
    expect(bytes).toBeGreaterThanOrEqual(1_151);
  });

  it('makes nothing of nothing', () => {
    expect(cutIntoSends([])).toEqual([]);
  });
});
