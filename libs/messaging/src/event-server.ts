import { Inject, Injectable } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { eventContract } from '#events';
import { EventTransport as Announced, LOGGER, SERVICE_NAME, type Logger } from '#platform';
import { Delivery, type BoundHandler } from './delivery.js';
import { Redrive } from './redrive.js';
import { TRANSPORT, type EventTransport } from './transport.js';

/**
 * Delivers events to a service's handlers. Nest's own Kafka server either loses a failed message or retries it for ever; this
 * one has an inbox, bounded retries and dead letters.
 */
@Injectable()
export class EventServer extends Server implements CustomTransportStrategy {
  private redrive: Redrive | undefined;

  constructor(
    private readonly db: DataSource,
    @Inject(TRANSPORT) private readonly transport: EventTransport,
    @Inject(SERVICE_NAME) private readonly service: string,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly registry: Registry,
    announced: Announced,
  ) {
    super();
    announced.strategy = this;
  }

  /** Starts to follow events; the service is up whether or not the log can be reached. */
  async listen(done: (error?: unknown) => void): Promise<void> {
    try {
      const handlers = new Map(
        [...this.messageHandlers].map(([type, handler]) => [type, boundHandler(type, handler)]),
      );
      const delivery = new Delivery(this.db, handlers, this.log, this.registry);
      this.redrive = new Redrive(this.db, delivery, this.log);
      this.redrive.start();
      const topics = new Set([...handlers.keys()].map((type) => eventContract(type)!.topic));
      if (topics.size > 0) {
        this.transport.subscribe({
          group: this.service,
          topics: [...topics],
          deliver: (messages) => delivery.deliver(messages),
          bury: (message, error, attempts) => delivery.bury(message, error, attempts),
        });
      }
      done();
    } catch (error) {
      done(error);
    }
  }

  async close(): Promise<void> {
    await this.redrive?.stop();
    await this.transport.stopDelivery();
  }

  on(): never {
    throw new Error('The event server has no events of its own.');
  }

  unwrap<T>(): T {
    return this.transport as T;
  }
}

function boundHandler(type: string, handler: MessageHandler): BoundHandler {
  if (!eventContract(type))
    throw new Error(`@OnEvent(${type}): this event type is not declared in libs/events.`);
  if (handler.next)
    throw new Error(`@OnEvent(${type}) stands twice in this service; one handler does all of it.`);
  return handler as unknown as BoundHandler;
}
