import type { Registry } from 'prom-client';
import type { Kafka } from 'kafkajs';
import type { Logger } from '#platform';
import type { OutgoingMessage } from '../message.js';
import type { MessagingConfig } from '../settings.js';
import type { EventTransport, PublishOptions, Subscription } from '../transport.js';
import { ConsumerMetrics } from './consumer-metrics.js';
import { kafkaClient } from './kafka-client.js';
import { KafkaConsumer } from './kafka-consumer.js';
import { KafkaPublisher } from './kafka-publisher.js';

/** Publishes to Kafka and consumes from it, under names that all processes of a service share. */
export class KafkaTransport implements EventTransport {
  readonly batch = 2_000;
  private readonly kafka: Kafka;
  private readonly publisher: KafkaPublisher;
  private readonly metrics: ConsumerMetrics;
  private readonly consumers: KafkaConsumer[] = [];

  constructor(
    service: string,
    private readonly config: MessagingConfig,
    private readonly log: Logger,
    registry: Registry,
  ) {
    this.kafka = kafkaClient(service, config, log);
    this.publisher = new KafkaPublisher(
      this.kafka,
      `${config.topicPrefix}${service}.relay`,
      config.topicPrefix,
    );
    this.metrics = new ConsumerMetrics(registry);
  }

  publish(messages: readonly OutgoingMessage[], options: PublishOptions): Promise<void> {
    return this.publisher.publish(messages, options);
  }

  subscribe(subscription: Subscription): void {
    const consumer = new KafkaConsumer(this.kafka, subscription, this.config, this.metrics, this.log);
    this.consumers.push(consumer);
    consumer.start();
  }

  async stopReceiving(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
  }

  async close(): Promise<void> {
    await this.publisher.close();
  }
}
