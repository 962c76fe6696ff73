import { Inject, Injectable } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { eventContract, topicNames, type TopicName } from '#events';
import { SERVICE_NAME } from '#platform';
import { Delivery, type BoundHandler } from './delivery.js';
import { TOPIC_PATTERN } from './on-event.js';
import { TRANSPORT, type EventTransport } from './transport.js';

/**
 * Delivers events to a service's handlers. Nest's own Kafka server either loses a failed message or retries it forever; this
 * one deduplicates, retries with a limit and dead-letters.
 */
@Injectable()
export class EventServer extends Server implements CustomTransportStrategy {
  constructor(
    @Inject(TRANSPORT) private readonly transport: EventTransport,
    @Inject(SERVICE_NAME) private readonly service: string,
    private readonly delivery: Delivery,
  ) {
    super();
  }

  /** Subscribes in the background: the service starts whether or not the log can be reached. */
  async listen(done: (error?: unknown) => void): Promise<void> {
    try {
      const handlers = new Map(
        [...this.messageHandlers].map(([pattern, handler]) => [pattern, boundHandler(pattern, handler)]),
      );
      this.delivery.bind(handlers);
      const topics = new Set([...handlers.keys()].map((pattern) => topicOf(pattern)!));
      if (topics.size > 0) {
        this.transport.subscribe({
          group: this.service,
          topics: [...topics],
          deliver: (messages) => this.delivery.deliver(messages),
          deadLetter: (message, error, attempts) => this.delivery.deadLetter(message, error, attempts),
        });
      }
      done();
    } catch (error) {
      done(error);
    }
  }

  async close(): Promise<void> {
    await this.transport.stopReceiving();
  }

  on(): never {
    throw new Error('The event server emits no events about itself.');
  }

  unwrap<T>(): T {
    return this.transport as T;
  }
}

/** @param pattern an event type, or {@link TOPIC_PATTERN} and a topic. */
function topicOf(pattern: string): TopicName | undefined {
  if (!pattern.startsWith(TOPIC_PATTERN)) return eventContract(pattern)?.topic;
  return topicNames.find((topic) => TOPIC_PATTERN + topic === pattern);
}

function boundHandler(pattern: string, handler: MessageHandler): BoundHandler {
  if (!topicOf(pattern)) {
    throw new Error(`A handler is registered for ${pattern}, which libs/events does not declare.`);
  }
  if (handler.next) {
    throw new Error(`Two handlers are registered for ${pattern}; a service may have only one.`);
  }
  return handler as unknown as BoundHandler;
}
