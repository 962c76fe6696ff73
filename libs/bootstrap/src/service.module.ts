import { Inject, Module, Optional, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import {
  AUDIENCES,
  AudienceGuard,
  BearerTokens,
  ReaderTokens,
  standardAudiences,
  type Audience,
} from '#http';
import {
  CACHE,
  Clock,
  CONFIG,
  EVENT_SERVER,
  LOGGER,
  MemoryCache,
  RedisCache,
  SERVICE_NAME,
  type Cache,
  type Logger,
} from '#platform';
import type { ServiceConfig } from './service-definition.js';

export interface ServiceParts {
  readonly name: string;
  readonly config: ServiceConfig;
  readonly log: Logger;
  readonly registry: Registry;
  readonly db: DataSource | undefined;
  readonly providers?: readonly Provider[];
  readonly audiences?: readonly Type<Audience<never>>[];
}

/** Providers that every service can inject without importing anything. */
@Module({})
export class ServiceModule {
  constructor(@Optional() @Inject(EVENT_SERVER) readonly eventServer?: CustomTransportStrategy) {}

  static with(parts: ServiceParts): Omit<DynamicModule, 'module'> {
    const { name, config, log, registry, db, providers = [] } = parts;
    const shared: Provider[] = [
      { provide: SERVICE_NAME, useValue: name },
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: log },
      { provide: Registry, useValue: registry },
      { provide: BearerTokens, useValue: new BearerTokens(config, log) },
      { provide: CACHE, useFactory: () => createCache(config, log, registry) },
      Clock,
      ...(db ? [{ provide: DataSource, useValue: db }] : []),
      ...(config.readerKey ? [{ provide: ReaderTokens, useValue: new ReaderTokens(config.readerKey) }] : []),
      ...providers,
    ];
    const audiences = [...standardAudiences, ...(parts.audiences ?? [])];
    return {
      providers: [
        ...shared,
        ...audiences,
        { provide: AUDIENCES, useFactory: (...instances) => instances, inject: audiences },
        { provide: APP_GUARD, useClass: AudienceGuard },
      ],
      exports: shared.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
    };
  }
}

function createCache({ redisUrl, redisPrefix = '' }: ServiceConfig, log: Logger, registry: Registry): Cache {
  return redisUrl ? new RedisCache(redisUrl, redisPrefix, log, registry) : new MemoryCache();
}
