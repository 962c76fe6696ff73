/** DI token of the service's configuration, whose type the service declares. */
export const CONFIG = Symbol('config');
/** DI token of the service's name. */
export const SERVICE_NAME = Symbol('service name');
/** DI token of the server that delivers events to a service's handlers, in services with events. */
export const EVENT_SERVER = Symbol('event server');
