import {
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { CONFIG, ConfigError, EVENT_SERVER, LOGGER, SERVICE_NAME, type Logger } from '#platform';
import { Delivery } from './delivery.js';
import { EventServer } from './event-server.js';
import { KafkaTransport } from './kafka/kafka-transport.js';
import { Loopback } from './loopback/loopback.js';
import { measureBacklog } from './metrics.js';
import { Outbox } from './outbox.js';
import { Pruning } from './pruning.js';
import { Redrive } from './redrive.js';
import { Relay } from './relay.js';
import { Republisher, SNAPSHOTS, type SnapshotSource } from './republish.js';
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

/** Provides the outbox and delivers events to the service's `@OnEvent` handlers. */
@Global()
@Module({
  providers: [
    {
      provide: TRANSPORT,
      useFactory: createTransport,
      inject: [SERVICE_NAME, CONFIG, LOGGER, Registry, DataSource, { token: Loopback, optional: true }],
    },
    { provide: EVENT_SERVER, useClass: EventServer },
    Delivery,
    Redrive,
    Outbox,
    Relay,
    Republisher,
    Pruning,
  ],
  exports: [Outbox, EVENT_SERVER],
})
export class MessagingModule implements OnModuleInit, OnApplicationShutdown {
  /** The same module, for a service that can republish its snapshots; `source` is one of its providers. */
  static withSnapshots(source: Type<SnapshotSource>): DynamicModule {
    return { module: MessagingModule, providers: [{ provide: SNAPSHOTS, useValue: source }] };
  }

  constructor(
    private readonly db: DataSource,
    private readonly registry: Registry,
    @Inject(TRANSPORT) private readonly transport: EventTransport,
  ) {}

  onModuleInit(): void {
    measureBacklog(this.db, this.registry);
  }

  /** The second phase; Nest has closed the event server, and so stopped receiving, before. */
  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}
