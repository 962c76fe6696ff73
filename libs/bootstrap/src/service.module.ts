import { Inject, Module, Optional, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { AudienceGuard, BearerTokens, ReaderTokens } from '#http';
import {
  CACHE,
  type Cache,
  MemoryCache,
  RedisCache,
  Clock,
  type CacheConfig,
  type ReaderConfig,
  type ServerConfig,
  LOGGER,
  type Logger,
  CONFIG,
  EVENT_SERVER,
  SERVICE_NAME,
} from '#platform';

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
      { provide: BearerTokens, useValue: new BearerTokens(server, log) },
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
