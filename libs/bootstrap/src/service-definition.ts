import type { Type } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Audience } from '#http';
import type {
  CacheConfig,
  DatabaseConfig,
  DatabaseDefinition,
  ReaderConfig,
  ServerConfig,
  SettingsOf,
} from '#platform';

/** The configuration of every service, with the optional parts that this library reads. */
export type ServiceConfig = Omit<ServerConfig, 'authKeys'> &
  Partial<Pick<ServerConfig, 'authKeys'> & DatabaseConfig & CacheConfig & ReaderConfig>;

/** The parts of a service. */
export interface ServiceDefinition<Config extends ServiceConfig = ServiceConfig> {
  readonly name: string;
  readonly settings: SettingsOf<Config>;
  /** Needs `databaseSettings` among the settings. */
  readonly database?: DatabaseDefinition;
  readonly module: Type;
  /** Audiences that its routes can declare besides the standard ones. */
  readonly audiences?: readonly Type<Audience<never>>[];
  /** Adds plugins to the HTTP server before routes are bound. */
  prepare?(server: FastifyInstance, config: Config): void | Promise<void>;
}

/** Checks that a service's settings include those that every service needs. */
export const defineService = <Config extends ServiceConfig>(
  definition: ServiceDefinition<Config>,
): ServiceDefinition<Config> => definition;
