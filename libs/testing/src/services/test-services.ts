import { randomBytes } from 'node:crypto';
import type { describe as Describe } from '@jest/globals';

const variables = {
  postgres: 'TEST_DATABASE_URL',
  redis: 'TEST_REDIS_URL',
  kafka: 'TEST_KAFKA_BROKERS',
} as const;
export type TestService = keyof typeof variables;

/** The address of a service of this run. @throws Error when the run has no such service; see {@link describeWith}. */
export function addressOf(service: TestService): string {
  const address = process.env[variables[service]];
  if (!address) throw new Error(`${variables[service]} is not set; the run started without ${service}.`);
  return address;
}

/** `describe`, skipped if a service could not be started. With CI=true, the whole run fails instead. */
export function describeWith(...services: TestService[]): typeof Describe | (typeof Describe)['skip'] {
  // Jest's global, not an import: benchmarks use this library outside Jest.
  const { describe } = globalThis as unknown as { describe: typeof Describe };
  return services.every((service) => process.env[variables[service]]) ? describe : describe.skip;
}

/** A prefix for the keys, topics and consumer groups of one test, different from all others. */
export const testPrefix = (): string => `t${randomBytes(5).toString('hex')}.`;
