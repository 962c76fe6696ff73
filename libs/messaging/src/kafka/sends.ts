import type { OutgoingMessage } from '../message.js';

/** Bytes of one send. Below the 1,048,588 that a broker accepts per partition by default, so any partitioning fits. */
export const SEND_BYTES = 900_000;
/** Bytes of a record's own fields and of a header's lengths, at most. */
const overhead = { record: 40, header: 10 };

/** Bytes of a message as the broker counts them, with key and headers; rounded up, never less. */
export function recordBytes({
  key,
  value,
  headers,
}: Pick<OutgoingMessage, 'key' | 'value' | 'headers'>): number {
  let bytes = overhead.record + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of Object.entries(headers)) bytes += overhead.header + name.length + text.length;
  return bytes;
}

/** Cuts messages into sends of at most `limit` bytes, in their order; a larger message is a send of its own. */
export function cutIntoSends(messages: readonly OutgoingMessage[], limit = SEND_BYTES): OutgoingMessage[][] {
  const sends: OutgoingMessage[][] = [];
  let room = 0;
  for (const message of messages) {
    const bytes = recordBytes(message);
    if (bytes > room) {
      sends.push([]);
      room = limit;
    }
    sends.at(-1)!.push(message);
    room -= bytes;
  }
  return sends;
}
