import { problems } from '#api';
import { commonProblems, refusals, Refused } from '#http';
import type { ServiceName } from './upstream/service-name.js';

const own = problems('gateway.busy', 'service.busy');

/** Every refusal of the gateway itself. */
export const refuse = refusals(own);

/** A service gave no usable answer in time. Not a decision of the service, so a stale answer may replace it. */
export class UpstreamDown extends Refused {
  constructor(service: ServiceName, code: 'service.unavailable' | 'service.busy' = 'service.unavailable') {
    const [status, title] = { ...commonProblems, ...own }[code];
    super(code, status, title, { service });
  }
}

/** Too many calls already wait for the service. Nothing was sent, so any request is safe to repeat. */
export class ServiceBusy extends UpstreamDown {
  constructor(service: ServiceName) {
    super(service, 'service.busy');
  }
}

/** A change was sent and its answer was lost: it may have taken effect. */
export class OutcomeUnknown extends Refused {
  constructor(service: ServiceName) {
    super('outcome.unknown', ...commonProblems['outcome.unknown'], { service });
  }
}

/** A bulkhead and its queue are full, or the wait in the queue took too long. Nothing was started. */
export class Busy extends Refused {
  constructor() {
    super('gateway.busy', ...own['gateway.busy']);
  }
}
