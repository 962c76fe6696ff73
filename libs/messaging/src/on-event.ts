import { applyDecorators, Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { EntityManager } from 'typeorm';
import type { EventContract, EventOf } from '#events';

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
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    applyDecorators(EventPattern(contracts.map(({ type }) => type)), UseFilters(new ToTransport()))(
      target,
      key,
      method,
    );
  };
}

/** Hands a handler's error back to the event server, which tells what to try again from what to set aside. */
@Catch()
class ToTransport implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
