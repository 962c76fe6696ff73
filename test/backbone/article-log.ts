import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { waitUntil, type Backbone } from '#testing';

export type LogMessage = Pick<KafkaMessage, 'key' | 'value' | 'headers'>;

/** The articles topic of a backbone, read and written from outside. */
export class ArticleLog {
  private readonly kafka: Kafka;

  constructor(private readonly backbone: Backbone) {
    this.kafka = new Kafka({ brokers: [backbone.brokers], logLevel: logLevel.NOTHING });
  }

  /** Reads from the start until there are `count` messages. */
  async read(count: number): Promise<KafkaMessage[]> {
    const messages: KafkaMessage[] = [];
    const consumer = this.kafka.consumer({
      groupId: `${this.backbone.prefix}reader-${count}-${Math.random()}`,
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.backbone.topic], fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void messages.push(message) });
    await waitUntil(() => messages.length >= count, { within: 30_000, what: `${count} messages in the log` });
    await consumer.disconnect();
    return messages;
  }

  async append(messages: readonly LogMessage[]): Promise<void> {
    const producer = this.kafka.producer();
    await producer.connect();
    await producer.send({
      topic: this.backbone.topic,
      messages: messages.map(({ key, value, headers }) => ({ key, value, headers })),
    });
    await producer.disconnect();
  }

  /** The number of messages whose offsets the group has not committed. */
  async lag(group: string): Promise<number> {
    const admin = this.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(this.backbone.topic);
    const [committed] = await admin.fetchOffsets({
      groupId: this.backbone.prefix + group,
      topics: [this.backbone.topic],
    });
    await admin.disconnect();
    return ends.reduce((lag, { partition, high }) => {
      const offset = committed!.partitions.find((one) => one.partition === partition)?.offset ?? '0';
      return lag + Number(high) - Math.max(0, Number(offset));
    }, 0);
  }
}

export function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
