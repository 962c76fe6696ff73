import { AsyncLocalStorage } from 'node:async_hooks';
import type { Caller } from './caller.js';
import { continueTrace, type Trace } from './trace.js';

/** The context of one request or message, available to all code that runs for it. */
interface Context {
  readonly trace: Trace;
  /** Set while a client waits for an HTTP answer; never for messages and background work. */
  readonly request?: RequestContext;
}

export interface RequestContext {
  /** The address at the other end of the socket: the client or the nearest proxy. Personal data, so never log it. */
  readonly clientAddress: string;
  /** Empty until the route's audience has recognized the caller. */
  readonly caller: Caller;
}

const storage = new AsyncLocalStorage<Context>();

export const currentTrace = (): Trace | undefined => storage.getStore()?.trace;

/** The HTTP request that the running code works for; undefined in messages and background work. */
export const currentRequest = (): RequestContext | undefined => storage.getStore()?.request;

/** True in everything that runs on behalf of an HTTP request. */
export const isInRequest = (): boolean => currentRequest() !== undefined;

/** Runs `work`, such as the handling of a message, within the trace that `traceparent` names. */
export const withTrace = <T>(traceparent: unknown, work: () => T): T =>
  storage.run({ trace: continueTrace(traceparent) }, work);

/** Runs the handling of an HTTP request, whose caller is not known yet. */
export function withRequest<T>(
  { traceparent, clientAddress }: { readonly traceparent: unknown; readonly clientAddress: string },
  work: () => T,
): T {
  return storage.run({ trace: continueTrace(traceparent), request: { clientAddress, caller: {} } }, work);
}

/**
 * Records who sent the current request.
 * @throws Error outside a request.
 */
export function setCaller(caller: Caller): void {
  const request: { caller: Caller } | undefined = currentRequest();
  if (!request) throw new Error('Only a request has a caller.');
  request.caller = caller;
}

/** Runs work that a request has started but that does not belong to it alone. */
export const outsideRequest = <T>(work: () => T): T => storage.exit(work);
