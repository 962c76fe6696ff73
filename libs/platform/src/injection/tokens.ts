/** DI token of the service's settings, typed by the service itself. */
export const CONFIG = Symbol('config');
/** DI token of the service's name. */
export const SERVICE_NAME = Symbol('service name');
/** DI token of the server that delivers events to a service's handlers; from a global module of the services that have one. */
export const EVENT_SERVER = Symbol('event server');
