import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { CONFIG, ConfigError, LOGGER, SERVICE_NAME, type Logger } from '#platform';
import { EventServer } from './event-server.js';
import { KafkaTransport } from './kafka/kafka-transport.js';
import { Loopback } from './loopback/loopback.js';
import { measureBacklog } from './metrics.js';
import { Outbox } from './outbox.js';
import { Pruning } from './pruning.js';
import { Relay } from './relay.js';
import { Republisher } from './republish.js';
import type { MessagingConfig } from './settings.js';
import { TRANSPORT, type EventTransport } from './transport.js';

function createTransport(
  service: string,
  config: MessagingConfig,
  log: Logger,
  registry: Registry,
  db: DataSource,
  loopback: Loopback | undefined,
): EventTransport {
  if (config.kafkaBrokers.length > 0) return new KafkaTransport(service, config, log, registry);
  if (loopback) return loopback.connect(db, log);
  throw new ConfigError(
    'KAFKA_BROKERS is not set. Allowed: broker addresses such as kafka-1:9092,kafka-2:9092.',
  );
}

/** Gives a service its outbox and brings its `@OnEvent` handlers their events. */
@Module({
  providers: [
    {
      provide: TRANSPORT,
      useFactory: createTransport,
      inject: [SERVICE_NAME, CONFIG, LOGGER, Registry, DataSource, { token: Loopback, optional: true }],
    },
    EventServer,
    Outbox,
    Relay,
    Republisher,
    Pruning,
  ],
  exports: [Outbox, Republisher],
})
export class MessagingModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly db: DataSource,
    private readonly registry: Registry,
    @Inject(TRANSPORT) private readonly transport: EventTransport,
  ) {}

  onModuleInit(): void {
    measureBacklog(this.db, this.registry);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}
