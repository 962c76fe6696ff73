import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { createClient } from 'redis';
import { topicNames } from '#events';
import { waitUntil } from '../timing/wait-until.js';
import { testDatabase } from './test-database.js';
import { addressOf, describeWith, testPrefix } from './test-services.js';
import { createTopics } from './test-topics.js';

describeWith('postgres')('the Postgres of the test run', () => {
  it('has a separate database for each test', async () => {
    const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
    await one.query(`CREATE TABLE note (text text)`);
    await expect(other.query(`SELECT * FROM note`)).rejects.toThrow('does not exist');
    await Promise.all([one.drop(), other.drop()]);
  });
});

describeWith('redis')('the Redis of the test run', () => {
  it('stores values', async () => {
    const client = createClient({ url: addressOf('redis') });
    await client.connect();
    const key = testPrefix() + 'greeting';
    await client.set(key, 'Grüezi');
    expect(await client.get(key)).toBe('Grüezi');
    client.destroy();
  });
});

describeWith('kafka')('the Kafka of the test run', () => {
  it('has the newsroom’s topics under a prefix and delivers what is sent to them', async () => {
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
