import { applyDecorators, Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { EntityManager } from 'typeorm';
import type { EventContract, EventOf, RawEvent, TopicName } from '#events';

type Contracts = [EventContract, ...EventContract[]];
type Handler<C extends Contracts> = (event: EventOf<C[number]>, tx: EntityManager) => Promise<unknown>;

/**
 * Marks the method that handles these events. It runs in the transaction `tx` together with the inbox row of the
 * event: what it writes through `tx` takes effect exactly once. Anything else it does must bear repetition.
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
 * Marks the method that receives every event of these topics as it lies in the log, whatever its type, so that a service
 * can forward events of types its build does not know. It runs like a handler of {@link OnEvent}.
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

/** Sets the patterns of topics apart from those of event types. */
export const TOPIC_PATTERN = 'topic:';

const bindTo =
  (patterns: string[]): MethodDecorator =>
  (target, key, method) => {
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    applyDecorators(EventPattern(patterns), UseFilters(new ToTransport()))(target, key, method);
  };

/** Returns a handler's error to the event server, which retries or dead-letters. */
@Catch()
class ToTransport implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
