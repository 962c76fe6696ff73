import { z } from 'zod';
import type { NewsroomEvent, RawEvent } from './define-event.js';
import { eventContract } from './define-event.js';

/**
 * CloudEvents 1.0 in Kafka's binary mode: attributes in `ce_` headers, the data alone in the value.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 */

/** A message as stored in the log, the outbox or a dead letter. */
export interface EncodedMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

/** Bytes; below Kafka's default `max.message.bytes` of 1 MiB with room for headers. */
export const MAX_EVENT_BYTES = 900_000;
/** Contracts nest at most 8 levels; anything much deeper is not one of our events. */
export const MAX_EVENT_DEPTH = 64;

/** A message that can never be decoded as an event. */
export class BadMessage extends Error {
  override readonly name = 'BadMessage';
}

/** Postgres stores no null characters, and no identifier needs any other control character. */
const Identifier = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]+$/u, 'must not contain control characters');

const Attributes = z.object({
  specversion: z.literal('1.0'),
  id: Identifier,
  source: Identifier,
  type: Identifier,
  subject: Identifier,
  time: z.iso.datetime({ offset: true }),
  traceparent: z.string().max(200).optional(),
});

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * @throws z.ZodError when the data breaks its contract, BadMessage when the event is larger than
 * {@link MAX_EVENT_BYTES}: the publisher has stored nothing yet.
 */
export function encodeEvent(event: NewsroomEvent): EncodedMessage {
  const contract = eventContract(event.type);
  if (!contract) throw new BadMessage(`${event.type} is not a declared event type.`);
  const value = Buffer.from(JSON.stringify(contract.data.parse(event.data)));
  if (value.length > MAX_EVENT_BYTES) {
    throw new BadMessage(`${event.type} has ${value.length} bytes; at most ${MAX_EVENT_BYTES} are allowed.`);
  }
  const headers = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_subject: event.subject,
    ce_time: event.time,
    // An absolute URI, as CloudEvents requires; the `$id` of the published JSON Schema.
    ce_dataschema: schemaId(event.type),
    'content-type': 'application/json',
    ...(event.traceparent && { traceparent: event.traceparent, ce_traceparent: event.traceparent }),
  };
  return {
    key: Buffer.from(event.subject),
    value,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
}

/** The name of the JSON Schema of a type's data, the same wherever the schema is published. */
export const schemaId = (type: string): string => `urn:newsroom:schema:${type}`;

/**
 * A record without a value and without a type: the way to erase a key from a compacted topic. Subscribers ignore it.
 */
export const isTombstone = ({ value, headers }: EncodedMessage): boolean =>
  value === null && headers['ce_type'] === undefined;

/**
 * Reads only the type, so that a message without a handler costs almost nothing.
 * @throws BadMessage without a readable `ce_type`.
 */
export function eventTypeOf(message: EncodedMessage): string {
  const type = message.headers['ce_type'];
  if (!type) throw new BadMessage('The header ce_type is missing.');
  return textOf(type, 'The header ce_type');
}

/**
 * @throws BadMessage for anything but a complete event of a declared type: a missing or unreadable header,
 * no value, too many bytes, bytes that are not UTF-8 or JSON, data that breaks its contract.
 */
export function decodeEvent(message: EncodedMessage): NewsroomEvent {
  const attributes = attributesOf(message);
  const contract = eventContract(attributes.type);
  if (!contract) throw new BadMessage(`${attributes.type} is not a declared event type.`);
  const data = contract.data.safeParse(jsonOf(message.value));
  if (!data.success) throw new BadMessage(`The data breaks the contract: ${complaintsOf(data.error)}`);
  const { specversion: _, ...event } = attributes;
  return { ...event, data: data.data };
}

/**
 * Reads the attributes of an event and leaves its value as it is, so that events of types this build does not know can
 * be forwarded.
 * @throws BadMessage for a missing or unreadable header, or a missing value.
 */
export function readRawEvent(message: EncodedMessage): RawEvent {
  const { specversion: _, ...attributes } = attributesOf(message);
  if (!message.value) throw new BadMessage('The value is null.');
  return { ...attributes, headers: message.headers, value: message.value };
}

function attributesOf({ headers }: EncodedMessage): z.infer<typeof Attributes> {
  const texts: Record<string, string> = {};
  for (const name of ['specversion', 'id', 'source', 'type', 'subject', 'time']) {
    const bytes = headers[`ce_${name}`];
    if (bytes) texts[name] = textOf(bytes, `The header ce_${name}`);
  }
  const traceparent = headers['traceparent'] ?? headers['ce_traceparent'];
  if (traceparent) texts['traceparent'] = textOf(traceparent, 'The header traceparent');
  const attributes = Attributes.safeParse(texts);
  if (!attributes.success) {
    throw new BadMessage(`The ce_ headers are invalid: ${complaintsOf(attributes.error)}`);
  }
  return attributes.data;
}

function jsonOf(value: Buffer | null): unknown {
  if (!value) throw new BadMessage('The value is null.');
  if (value.length > MAX_EVENT_BYTES) {
    throw new BadMessage(`The value has ${value.length} bytes; at most ${MAX_EVENT_BYTES} are allowed.`);
  }
  const text = textOf(value, 'The value');
  if (isDeeperThan(text, MAX_EVENT_DEPTH)) {
    throw new BadMessage(`The value nests deeper than ${MAX_EVENT_DEPTH} levels.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new BadMessage('The value is not JSON.');
  }
}

function textOf(bytes: Buffer, what: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new BadMessage(`${what} is not UTF-8.`);
  }
}

/** Counts brackets outside strings, before a parser builds the tree. */
function isDeeperThan(json: string, levels: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > levels) return true;
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return false;
}

function complaintsOf(error: z.ZodError): string {
  const complaints = error.issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`);
  return complaints.slice(0, 5).join('; ');
}
