import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { createClient } from 'redis';
import { topicNames } from '#events';
import { addressOf, createTopics, describeWith, testDatabase, testPrefix, waitUntil } from './index.js';

describeWith('postgres')('the run’s Postgres', () => {
  it('gives each test a database of its own', async () => {
    const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
    await one.query(`CREATE TABLE note (text text)`);
    await expect(other.query(`SELECT * FROM note`)).rejects.toThrow('does not exist');
    await Promise.all([one.drop(), other.drop()]);
  });
});

describeWith('redis')('the run’s Redis', () => {
  it('keeps what it is told', async () => {
    const client = createClient({ url: addressOf('redis') });
    await client.connect();
    const key = testPrefix() + 'greeting';
    await client.set(key, 'Grüezi');
    expect(await client.get(key)).toBe('Grüezi');
    client.destroy();
  });
});

describeWith('kafka')('the run’s Kafka', () => {
  it('has the newsroom’s topics under a prefix, and brings what was sent', async () => {
    const prefix = testPrefix();
    await createTopics(addressOf('kafka'), prefix);
    const kafka = new Kafka({ brokers: [addressOf('kafka')], logLevel: logLevel.NOTHING });
    const topic = prefix + topicNames[0]!;
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ value: 'Grüezi' }] });
    const consumer = kafka.consumer({ groupId: randomUUID() });
    const received: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void received.push(String(message.value)) });
    await waitUntil(() => received.length > 0, { what: 'the message' });
    expect(received).toEqual(['Grüezi']);
    await Promise.all([producer.disconnect(), consumer.disconnect()]);
  });
});

describe('waiting', () => {
  it('gives what the condition gave', async () => {
    let looks = 0;
    expect(await waitUntil(() => ++looks === 3 && 'there')).toBe('there');
  });

  it('fails with the name of what it waited for and the last error', async () => {
    const fails = waitUntil(() => Promise.reject(new Error('no answer')), { within: 50, what: 'the ferry' });
    await expect(fails).rejects.toThrow('Waited 50 ms for the ferry; the last look gave: Error: no answer');
  });
});
