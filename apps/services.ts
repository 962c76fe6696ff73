interface Service {
  readonly port: number;
  /** Whether it stores data; every service that does publishes or handles events. */
  readonly database?: true;
  /** Whether it can republish all current snapshots (`ops republish`). */
  readonly snapshots?: true;
  /** Secrets that it needs besides the address of its database. */
  readonly secrets?: readonly ('AUTH_JWKS' | 'READER_KEY' | 'REDIS_URL')[];
  /** Services that it calls over HTTP. */
  readonly calls?: readonly string[];
}

/**
 * The services, in the order in which they start: each after those that it calls. Everything that needs a list of services
 * derives it from here. This file imports nothing, so that every app may import it.
 */
export const services = {
  articles: { port: 3001, database: true, snapshots: true, secrets: ['AUTH_JWKS'] },
  comments: { port: 3002, database: true, snapshots: true, secrets: ['AUTH_JWKS', 'READER_KEY'] },
  polls: { port: 3003, database: true, snapshots: true, secrets: ['AUTH_JWKS', 'READER_KEY'] },
  recommendations: { port: 3004, database: true, snapshots: true, secrets: ['AUTH_JWKS', 'REDIS_URL'] },
  gateway: {
    port: 8000,
    secrets: ['AUTH_JWKS', 'READER_KEY'],
    calls: ['articles', 'comments', 'polls', 'recommendations'],
  },
  reader: { port: 8080, calls: ['gateway'] },
} as const satisfies Readonly<Record<string, Service>>;

export type ServiceName = keyof typeof services;

export const serviceNames = Object.keys(services) as ServiceName[];

export const serviceOf = (name: ServiceName): Service => services[name];

export const servicesWithDatabase = serviceNames.filter((name) => serviceOf(name).database);
export const servicesWithSnapshots = serviceNames.filter((name) => serviceOf(name).snapshots);

/** The environment variable of a service, such as `ARTICLES_URL`. */
export const variableOf = (
  service: string,
  what: 'URL' | 'PORT' | 'DATABASE_URL' | 'DATABASE_PASSWORD',
): string => `${service.toUpperCase()}_${what}`;

/** Where a service listens on this machine unless a variable says otherwise. */
export const localUrlOf = (name: ServiceName): string => `http://127.0.0.1:${services[name].port}`;
