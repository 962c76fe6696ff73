import { Gauge, type Registry } from 'prom-client';
import type { Kafka } from 'kafkajs';
import type { Logger } from '#platform';
import type { OutgoingMessage } from '../message.js';
import type { MessagingConfig } from '../settings.js';
import type { EventTransport, Subscription } from '../transport.js';
import { kafkaClient } from './kafka-client.js';
import { KafkaConsumer } from './kafka-consumer.js';
import { KafkaPublisher } from './kafka-publisher.js';

export class KafkaTransport implements EventTransport {
  private readonly kafka: Kafka;
  private readonly publisher: KafkaPublisher;
  private readonly consumers: KafkaConsumer[] = [];
  private readonly lag: Gauge;

  constructor(
    service: string,
    private readonly config: MessagingConfig,
    private readonly log: Logger,
    registry: Registry,
  ) {
    this.kafka = kafkaClient(service, config, log);
    this.publisher = new KafkaPublisher(this.kafka, config.topicPrefix);
    this.lag = new Gauge({
      name: 'events_lag',
      help: 'Messages in the log that this process has still to handle, by partition.',
      labelNames: ['topic', 'partition'],
      registers: [registry],
    });
  }

  publish(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.publisher.publish(messages);
  }

  async subscribe(subscription: Subscription): Promise<void> {
    const consumer = new KafkaConsumer(this.kafka, subscription, this.config, this.lag, this.log);
    this.consumers.push(consumer);
    await consumer.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
  }

  /** The relay stops after the consumers, so the producer is left until then. */
  async disconnect(): Promise<void> {
    await this.publisher.close();
  }
}
