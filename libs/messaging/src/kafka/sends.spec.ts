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
  it('keeps all messages in their order', () => {
    const messages = Array.from({ length: 100 }, (_, i) => aMessage(30_000, String(i)));
    expect(cutIntoSends(messages).flat()).toEqual(messages);
  });

  it('keeps a send of several messages below what a broker accepts per partition', () => {
    const messages = Array.from({ length: 200 }, (_, i) => aMessage(i * 997));
    for (const send of cutIntoSends(messages)) {
      expect(send.reduce((sum, message) => sum + recordBytes(message), 0)).toBeLessThanOrEqual(SEND_BYTES);
    }
  });

  it('puts a message that is larger than a send into one of its own', () => {
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

  it('makes no send without messages', () => {
    expect(cutIntoSends([])).toEqual([]);
  });
});
