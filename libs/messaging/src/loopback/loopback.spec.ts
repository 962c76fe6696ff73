import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createLogger } from '#platform';
import { describeWith, migratedDatabase, type MigratedDatabase } from '#testing';
import type { OutgoingMessage } from '../message.js';
import { messagingMigrations } from '../messaging-tables.js';
import type { EventTransport, Subscription } from '../transport.js';
import { Loopback } from './loopback.js';

/** A subscriber that records what it receives. */
function aSubscriber(group: string) {
  const received: string[] = [];
  const subscription: Subscription = {
    group,
    topics: ['newsroom.polls'],
    deliver: async (messages) => {
      received.push(...messages.map(({ value }) => String(value)));
      return { done: messages.length };
    },
    deadLetter: async () => undefined,
  };
  return { subscription, received };
}

describeWith('postgres')('the loopback', () => {
  let migrated: MigratedDatabase;
  let db: DataSource;
  let loopback: Loopback;
  let publisher: EventTransport;
  let subscriber: EventTransport;
  let comments: ReturnType<typeof aSubscriber>;
  let articles: ReturnType<typeof aSubscriber>;

  beforeAll(async () => {
    migrated = await migratedDatabase('loopback', { entities: [], migrations: messagingMigrations });
    db = migrated.db;
  });

  afterAll(async () => {
    await migrated.drop();
  });

  beforeEach(async () => {
    await db.query(`TRUNCATE loopback_backlog`);
    loopback = new Loopback();
    const log = createLogger('test', 'silent');
    [publisher, subscriber] = [loopback.connect(db, log), loopback.connect(db, log)];
    [comments, articles] = [aSubscriber('comments'), aSubscriber('articles')];
    subscriber.subscribe(comments.subscription);
    loopback.subscribe(articles.subscription);
    loopback.open();
  });

  const aMessage = (outboxId: string): OutgoingMessage => ({
    outboxId,
    topic: 'newsroom.polls',
    key: Buffer.from('key'),
    value: Buffer.from(`event ${outboxId}`),
    headers: {},
  });
  const publish = (...ids: string[]): Promise<void> =>
    db.transaction((tx) =>
      publisher.publish(ids.map(aMessage), {
        tx,
        takenOver: false,
        confirmLock: async () => undefined,
        signal: new AbortController().signal,
      }),
    );
  const backlog = () => db.query(`SELECT subscriber, value FROM loopback_backlog ORDER BY id`);

  it('delivers to every subscriber before publishing resolves', async () => {
    await publish('1', '2');
    expect(comments.received).toEqual(['event 1', 'event 2']);
    expect(articles.received).toEqual(['event 1', 'event 2']);
    await loopback.close();
  });

  it('keeps the events of a service that has stopped receiving, and still delivers to the others', async () => {
    await subscriber.stopReceiving();
    await publish('1');
    expect(comments.received).toEqual([]);
    expect(articles.received).toEqual(['event 1']);
    expect(await backlog()).toEqual([{ subscriber: 'comments', value: 'event 1' }]);
    await loopback.close();
  });

  it('waits in the first phase of closing until the message in progress is done', async () => {
    const handled = Promise.withResolvers<void>();
    const deliver = comments.subscription.deliver.bind(comments.subscription);
    const started = new Promise<void>((begin) => {
      comments.subscription.deliver = async (messages) => {
        begin();
        await handled.promise;
        return deliver(messages);
      };
    });
    const publishing = publish('1');
    await started;
    const stopped = subscriber.stopReceiving().then(() => comments.received.length);
    handled.resolve();
    expect(await stopped).toBe(1);
    await publishing;
    await loopback.close();
  });

  it('publishes nothing after it was closed: the events stay in the outbox', async () => {
    await loopback.close();
    await expect(publish('1')).rejects.toThrow('the events stay in the outbox');
  });
});
