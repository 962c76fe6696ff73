import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { ReceivedMessage } from '../message.js';

export const receivedMessage = (
  topic: string,
  partition: number,
  message: KafkaMessage,
): ReceivedMessage => ({
  topic,
  partition,
  offset: message.offset,
  key: message.key,
  value: message.value,
  headers: headersOf(message.headers),
});

/** The last value of a repeated header wins; text becomes bytes. */
const headersOf = (headers: IHeaders = {}): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const last = Array.isArray(value) ? value.at(-1) : value;
      return last === undefined ? [] : [[name, Buffer.from(last)]];
    }),
  );
