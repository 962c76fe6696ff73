import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { Lanes } from './lanes.js';

describe('the lanes to the services', () => {
  let registry: Registry;
  let lanes: Lanes;
  beforeEach(() => {
    registry = new Registry();
    lanes = new Lanes(registry);
  });

  it('have one bulkhead per service and kind of call', () => {
    const read = lanes.of('articles', 'read');
    expect(lanes.of('articles', 'read')).toBe(read);
    expect(lanes.of('articles', 'editorial')).not.toBe(read);
    expect(lanes.of('comments', 'read')).not.toBe(read);
  });

  it('report calls in flight, failures and retries', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const call = lanes.of('polls', 'write').run(() => promise);
    lanes.failed('polls', 'write', 'unknown');
    lanes.retried('polls');
    const metrics = await registry.metrics();
    expect(metrics).toContain('gateway_upstream_in_flight{upstream="polls",lane="write"} 1');
    expect(metrics).toContain('gateway_upstream_in_flight{upstream="polls",lane="read"} 0');
    expect(metrics).toContain(
      'gateway_upstream_failures_total{upstream="polls",lane="write",reason="unknown"} 1',
    );
    expect(metrics).toContain('gateway_upstream_retries_total{upstream="polls"} 1');
    resolve();
    await call;
  });
});
