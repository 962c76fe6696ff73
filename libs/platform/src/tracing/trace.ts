import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/**
 * W3C trace context: follows a change from the request over the outbox and the event to the last handler.
 * Source: https://www.w3.org/TR/trace-context/
 */
export interface Trace {
  /** 32 hex digits, the same for everything one request caused. */
  readonly traceId: string;
  readonly traceparent: string;
  /** Whether a caller waits for what runs in it. */
  readonly isRequest: boolean;
}

const storage = new AsyncLocalStorage<Trace>();
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

export const currentTrace = (): Trace | undefined => storage.getStore();

/** True in everything that runs on behalf of an HTTP request. */
export const isInRequest = (): boolean => storage.getStore()?.isRequest ?? false;

/** Runs work that a request has started but that does not belong to it alone. */
export const outsideRequest = <T>(work: () => T): T => storage.exit(work);

/** Runs `work` within the trace named by `traceparent`; a missing or malformed one starts a new trace. */
export function withTrace<T>(traceparent: unknown, work: () => T, isRequest = false): T {
  const known = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  const traceId = known?.[1] ?? randomBytes(16).toString('hex');
  const span = randomBytes(8).toString('hex');
  return storage.run(
    { traceId, traceparent: `00-${traceId}-${span}-${known?.[3] ?? '01'}`, isRequest },
    work,
  );
}
