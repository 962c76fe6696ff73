import { Partitioners, type Kafka, type Producer, type TopicMessages } from 'kafkajs';
import type { OutgoingMessage } from '../message.js';

/** Sends batches, one at a time and in order, each acknowledged by all in-sync replicas. */
export class KafkaPublisher {
  private producer: Promise<Producer> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topicPrefix: string,
  ) {}

  /** @throws when the log did not acknowledge everything within about half a minute. */
  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    this.producer ??= this.connect();
    try {
      const producer = await this.producer;
      await producer.sendBatch({ acks: -1, timeout: 10_000, topicMessages: this.byTopic(messages) });
    } catch (error) {
      // The broker may have taken part of the batch under this producer's sequence numbers. Sending other rows under
      // the same numbers could pass for a repetition and be swallowed, so the next attempt is a producer of its own.
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    await producer?.then((connected) => connected.disconnect()).catch(() => undefined);
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }

  private byTopic(messages: readonly OutgoingMessage[]): TopicMessages[] {
    const topics = Map.groupBy(messages, ({ topic }) => topic);
    return [...topics].map(([topic, group]) => ({
      topic: this.topicPrefix + topic,
      messages: group.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
    }));
  }
}
