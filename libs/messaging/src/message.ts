import type { EncodedMessage } from '#events';

/** A message to be published, read from its outbox row. */
export interface OutgoingMessage extends EncodedMessage {
  readonly topic: string;
  readonly outboxId: string;
}

/** A received message and its position in the log. Over the loopback the offset is the id of the outbox row. */
export interface ReceivedMessage extends EncodedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** A message that is delivered from an outbox to its subscribers without a log in between. */
export const receivedOverLoopback = (message: OutgoingMessage): ReceivedMessage => ({
  ...message,
  partition: -1,
  offset: message.outboxId,
});

/** Headers as JSON text, byte for byte: `{"name": "base64"}`. */
export const headersToJson = (headers: EncodedMessage['headers']): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, bytes.toString('base64')])),
  );

export const headersFromJson = (stored: Readonly<Record<string, string>>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(stored).map(([name, base64]) => [name, Buffer.from(base64, 'base64')]));
