import { Refused } from '#http';
import type { services } from '../../../services.js';

/** A service that the gateway calls. */
export type ServiceName = (typeof services.gateway.calls)[number];

/** A service gave no usable answer in time. Not a decision of the service: a stale answer may stand in. */
export class UpstreamDown extends Refused {
  constructor(
    service: ServiceName,
    code = 'service.unavailable',
    title = 'A part of the newsroom does not answer at the moment; try again shortly.',
  ) {
    super(code, 503, title, { service });
  }
}

/** Too many calls to the service wait already. Nothing was sent, so any request is safe to repeat. */
export class ServiceBusy extends UpstreamDown {
  constructor(service: ServiceName) {
    super(
      service,
      'service.busy',
      'A part of the newsroom has too much to do at the moment; try again shortly.',
    );
  }
}

/** A change was sent and its answer was lost: it may have taken effect. */
export class OutcomeUnknown extends Refused {
  constructor(service: ServiceName) {
    super(
      'outcome.unknown',
      504,
      'It is unknown whether this took effect; read it again, or repeat it with the same Idempotency-Key.',
      { service },
    );
  }
}

/** A bulkhead and its queue are full, or the wait in its queue took too long. Nothing was started. */
export class Busy extends Refused {
  constructor() {
    super('gateway.busy', 503, 'There is too much to do at the moment; try again shortly.');
  }
}
