import { Counter, Gauge, type Registry } from 'prom-client';
import { services } from '../../../services.js';
import { Bulkhead } from './bulkhead.js';
import type { ServiceName } from './service-name.js';

/**
 * Kinds of calls that must not delay each other: public reads, comments and ballots of readers, the editorial API, and
 * polling for retractions.
 */
export type Lane = 'read' | 'write' | 'editorial' | 'retractions';

/**
 * Limits per service. `within` is the deadline of a call once it is sent, in milliseconds. For changes it is longer than a
 * transaction of a service may take (15 s), so that a late success is not reported as a failure.
 */
export const laneLimits = {
  read: { concurrent: 64, waiting: 256, waitFor: 300, within: 3_000 },
  write: { concurrent: 32, waiting: 128, waitFor: 2_000, within: 22_000 },
  editorial: { concurrent: 24, waiting: 64, waitFor: 5_000, within: 25_000 },
  retractions: { concurrent: 10, waiting: 0, waitFor: 0, within: 2_000 },
} as const;

type Failure = 'busy' | 'cancelled' | 'open' | 'unavailable' | 'unknown';

/** One bulkhead per service and lane, with metrics. */
export class Lanes {
  private readonly bulkheads = services.gateway.calls.flatMap((service) =>
    (Object.keys(laneLimits) as Lane[]).map((lane) => ({
      labels: { upstream: service, lane },
      bulkhead: new Bulkhead(laneLimits[lane]),
    })),
  );
  private readonly failures: Counter<'upstream' | 'lane' | 'reason'>;
  private readonly retries: Counter<'upstream'>;

  constructor(registry: Registry) {
    const { bulkheads } = this;
    const registers = [registry];
    const gauge = (name: string, help: string, value: (bulkhead: Bulkhead) => number) =>
      new Gauge({
        name,
        help,
        labelNames: ['upstream', 'lane'],
        registers,
        collect() {
          for (const { labels, bulkhead } of bulkheads) this.set(labels, value(bulkhead));
        },
      });
    gauge('gateway_upstream_in_flight', 'Calls to a service in flight.', ({ inFlight }) => inFlight);
    gauge('gateway_upstream_waiting', 'Calls to a service waiting to be sent.', ({ waiting }) => waiting);
    this.failures = new Counter({
      name: 'gateway_upstream_failures_total',
      help: 'Calls without an answer: busy (queue full), open (breaker), cancelled, unavailable, unknown (outcome of a change).',
      labelNames: ['upstream', 'lane', 'reason'],
      registers,
    });
    this.retries = new Counter({
      name: 'gateway_upstream_retries_total',
      help: 'Calls retried on a new connection.',
      labelNames: ['upstream'],
      registers,
    });
  }

  of(service: ServiceName, lane: Lane): Bulkhead {
    return this.bulkheads.find(({ labels }) => labels.upstream === service && labels.lane === lane)!.bulkhead;
  }

  failed(upstream: ServiceName, lane: Lane, reason: Failure): void {
    this.failures.inc({ upstream, lane, reason });
  }

  retried(upstream: ServiceName): void {
    this.retries.inc({ upstream });
  }
}
