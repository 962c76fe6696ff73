import { Kafka, logLevel } from 'kafkajs';
import { waitUntil, type ServiceProcesses, type TestDatabase } from '#testing';

/**
 * Waits until the log has events of `count` articles and the outbox is empty.
 * @returns the ids of the events per article, so that an event that was published twice counts once.
 */
export async function eventsInLog(
  { brokers, prefix }: ServiceProcesses,
  articlesDb: TestDatabase,
  count: number,
): Promise<Map<string, Set<string>>> {
  const consumer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).consumer({
    groupId: `${prefix}reader-${Date.now()}`,
  });
  const events = new Map<string, Set<string>>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [`${prefix}newsroom.articles`], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const key = String(message.key);
        events.set(key, (events.get(key) ?? new Set()).add(String(message.headers!['ce_id'])));
      },
    });
    const backlog = async () => (await articlesDb.query(`SELECT FROM outbox LIMIT 1`)).length;
    await waitUntil(async () => events.size >= count && (await backlog()) === 0, {
      within: 60_000,
      what: `events of ${count} articles`,
    });
    return events;
  } finally {
    await consumer.disconnect();
  }
}
