import { describe, expect, it } from '@jest/globals';
import {
  currentRequest,
  currentTrace,
  isInRequest,
  outsideRequest,
  setCaller,
  withRequest,
  withTrace,
} from './context.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-00`;
const request = { traceparent, clientAddress: '192.0.2.7' };

describe('the context', () => {
  it('of a request has its trace, the address of its client and, once known, its caller', async () => {
    await withRequest(request, async () => {
      expect(currentTrace()).toMatchObject({ traceId });
      expect(currentRequest()).toEqual({ clientAddress: '192.0.2.7', caller: {} });
      setCaller({ readerId: 'r1' });
      await Promise.resolve();
      expect(currentRequest()?.caller).toEqual({ readerId: 'r1' });
    });
  });

  it('of a message has only its trace', () => {
    withTrace(traceparent, () => {
      expect(currentTrace()).toMatchObject({ traceId });
      expect([isInRequest(), currentRequest()]).toEqual([false, undefined]);
      expect(() => setCaller({})).toThrow('Only a request has a caller.');
    });
  });

  it('of two requests at the same time is not shared', async () => {
    const callerOf = (readerId: string) =>
      withRequest(request, async () => {
        setCaller({ readerId });
        await Promise.resolve();
        return currentRequest()?.caller.readerId;
      });
    expect(await Promise.all([callerOf('r1'), callerOf('r2')])).toEqual(['r1', 'r2']);
  });

  it('does not reach work that runs outside the request', () => {
    withRequest(request, () => expect(outsideRequest(isInRequest)).toBe(false));
  });

  it.each([undefined, '', 'rubbish', `${traceparent}-more`, traceparent.toUpperCase()])(
    'starts a new trace where there is no valid one: %j',
    (invalid) => {
      withTrace(invalid, () => {
        expect(currentTrace()?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
        expect(currentTrace()?.traceId).not.toBe(traceId);
      });
    },
  );

  it('continues a trace with a span of its own and the flags of the caller', () => {
    withTrace(traceparent, () => {
      expect(currentTrace()?.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
      expect(currentTrace()?.traceparent).not.toBe(traceparent);
    });
  });
});
