import { applyDecorators, Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { EntityManager } from 'typeorm';
import type { EventContract, EventOf, RawEvent, TopicName } from '#events';

type Contracts = [EventContract, ...EventContract[]];
type Handler<C extends Contracts> = (event: EventOf<C[number]>, tx: EntityManager) => Promise<unknown>;

/**
 * Marks the method that handles these events. It runs in the transaction `tx` that also inserts the event's inbox row, so
 * what it writes through `tx` takes effect exactly once. Any other effect must be repeatable.
 */
export function OnEvent<const C extends Contracts>(...contracts: C) {
  return <H extends Handler<C>>(
    target: object,
    key: string | symbol,
    method: TypedPropertyDescriptor<H>,
  ): void => {
    bindTo(contracts.map(({ type }) => type))(target, key, method);
  };
}

/**
 * Marks the method that receives every event of these topics undecoded, whatever its type, so that a service can forward
 * events of types its build does not know. It runs like a handler of {@link OnEvent}.
 */
export function OnTopic(...topics: [TopicName, ...TopicName[]]) {
  return <H extends (event: RawEvent, tx: EntityManager) => Promise<unknown>>(
    target: object,
    key: string | symbol,
    method: TypedPropertyDescriptor<H>,
  ): void => {
    bindTo(topics.map((topic) => TOPIC_PATTERN + topic))(target, key, method);
  };
}

/** Prefix of a topic's pattern, which distinguishes it from an event type. */
export const TOPIC_PATTERN = 'topic:';

const bindTo =
  (patterns: string[]): MethodDecorator =>
  (target, key, method) => {
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    applyDecorators(EventPattern(patterns), UseFilters(new ToTransport()))(target, key, method);
  };

/** Passes a handler's error to the event server, which retries or dead-letters. */
@Catch()
class ToTransport implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
