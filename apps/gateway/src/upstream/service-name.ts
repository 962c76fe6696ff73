import type { services } from '../../../services.js';

/** A service that the gateway calls. */
export type ServiceName = (typeof services.gateway.calls)[number];
