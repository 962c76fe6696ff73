import { z } from 'zod';
import type { TopicName } from './topics.js';

/** The contract of one event type: topic, schema, types and documentation come from this value. */
export interface EventContract<Type extends string = string, Data extends z.ZodObject = z.ZodObject> {
  /** Stable name on the wire (`ce_type`); an incompatible change needs a new name that ends in `.v2`. */
  readonly type: Type;
  readonly topic: TopicName;
  readonly summary: string;
  readonly data: Data;
}

/** An event as a publisher passes it and a handler receives it. */
export interface NewsroomEvent<Type extends string = string, Data = unknown> {
  /** uuidv7, unique per `source`; the inbox recognizes a redelivery by it. */
  readonly id: string;
  readonly type: Type;
  /** The publishing service, for example `/newsroom/articles`. */
  readonly source: string;
  /** Id of the aggregate that changed; the message key, so its events stay in order. */
  readonly subject: string;
  /** When it happened, RFC 3339 UTC. */
  readonly time: string;
  /** W3C trace context of the change that caused the event. */
  readonly traceparent?: string;
  readonly data: Data;
}

/** An event of any type as stored in the log, with its attributes parsed. */
export interface RawEvent extends Omit<NewsroomEvent, 'data'> {
  readonly headers: Readonly<Record<string, Buffer>>;
  /** The data, as the publisher wrote it. */
  readonly value: Buffer;
}

/** What a handler of `Contract` receives; distributes over a union of contracts. */
export type EventOf<Contract> =
  Contract extends EventContract<infer Type, infer Data> ? NewsroomEvent<Type, z.output<Data>> : never;

/** The data that a publisher of `Contract` passes. */
export type DataOf<Contract extends EventContract> = z.input<Contract['data']>;

const contracts = new Map<string, EventContract>();

/**
 * Declares and registers an event type: `eventContracts()` lists it, its JSON Schema is written and checked with the
 * others, and the returned value types publishers and handlers.
 * @throws Error when the type is declared twice.
 */
export function defineEvent<const Type extends string, Data extends z.ZodObject>(
  contract: EventContract<Type, Data>,
): EventContract<Type, Data> {
  if (contracts.has(contract.type)) throw new Error(`The event type ${contract.type} is declared twice.`);
  contracts.set(contract.type, contract);
  return contract;
}

/** Every declared event type, in the order of declaration. */
export const eventContracts = (): readonly EventContract[] => [...contracts.values()];

/** The contract named `type`, or undefined for a type this build does not know (a newer producer's). */
export const eventContract = (type: string): EventContract | undefined => contracts.get(type);
