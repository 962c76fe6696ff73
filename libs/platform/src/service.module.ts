import { Inject, Module, Optional, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { AudienceGuard } from './auth/audience.guard.js';
import { BearerTokens } from './auth/bearer-tokens.js';
import { ReaderTokens } from './auth/reader-tokens.js';
import { CACHE, type Cache } from './cache/cache.js';
import { MemoryCache } from './cache/memory-cache.js';
import { RedisCache } from './cache/redis-cache.js';
import { Clock } from './clock.js';
import type { CacheConfig, ReaderConfig, ServerConfig } from './config/service-settings.js';
import { LOGGER, type Logger } from './logging.js';

/** DI token of the service's settings, typed by the service itself. */
export const CONFIG = Symbol('config');
/** DI token of the service's name. */
export const SERVICE_NAME = Symbol('service name');

/** DI token of the server that delivers events to a service's handlers; from a global module of the services that have one. */
export const EVENT_SERVER = Symbol('event server');

interface Parts {
  readonly name: string;
  readonly config: object;
  readonly server: ServerConfig;
  readonly log: Logger;
  readonly registry: Registry;
  readonly db: DataSource | undefined;
  readonly providers: Provider[];
}

/** What every service finds in its injector without importing anything. */
@Module({})
export class ServiceModule {
  constructor(@Optional() @Inject(EVENT_SERVER) readonly eventServer?: CustomTransportStrategy) {}

  static parts({ name, config, server, log, registry, db, providers }: Parts): Omit<DynamicModule, 'module'> {
    const { readerKey } = config as Partial<ReaderConfig>;
    const shared: Provider[] = [
      { provide: SERVICE_NAME, useValue: name },
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: log },
      { provide: Registry, useValue: registry },
      { provide: BearerTokens, useValue: new BearerTokens(server) },
      { provide: CACHE, useFactory: () => createCache(config as Partial<CacheConfig>, log, registry) },
      Clock,
      ...(db ? [{ provide: DataSource, useValue: db }] : []),
      ...(readerKey ? [{ provide: ReaderTokens, useValue: new ReaderTokens(readerKey) }] : []),
      ...providers,
    ];
    return {
      providers: [...shared, { provide: APP_GUARD, useClass: AudienceGuard }],
      exports: shared.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
    };
  }
}

function createCache(
  { redisUrl, redisPrefix }: Partial<CacheConfig>,
  log: Logger,
  registry: Registry,
): Cache {
  return redisUrl ? new RedisCache(redisUrl, redisPrefix ?? '', log, registry) : new MemoryCache();
}
