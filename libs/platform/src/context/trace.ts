import { randomBytes } from 'node:crypto';

/**
 * W3C trace context: follows a change from the request through the outbox and the event to the last handler.
 * Source: https://www.w3.org/TR/trace-context/
 */
export interface Trace {
  /** 32 hex digits, the same for everything that one request caused. */
  readonly traceId: string;
  readonly traceparent: string;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A new span of the trace that `traceparent` names; a missing or malformed one starts a new trace. */
export function continueTrace(traceparent: unknown): Trace {
  const known = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  const traceId = known?.[1] ?? randomBytes(16).toString('hex');
  const span = randomBytes(8).toString('hex');
  return { traceId, traceparent: `00-${traceId}-${span}-${known?.[3] ?? '01'}` };
}
