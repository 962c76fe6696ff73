import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { articleUpdated, type EncodedMessage } from '#events';
import { kafkaClient, KafkaPublisher, messagingSettings } from '#messaging';
import { createLogger, readConfig } from '#platform';
import {
  anArticleSnapshot,
  anEncodedEvent,
  anId,
  Backbone,
  describeWith,
  rounds,
  someIds,
  startKafka,
  waitUntil,
  writeMany,
  type KafkaCluster,
} from '#testing';
import { audited } from './audited.js';
import { nothingWrong } from './nothing-wrong.js';
import { readVersions } from './read-versions.js';

/** Neither a relay that was cut off nor a late request may publish an old version after a newer one. */
describeWith('postgres', 'kafka')('an outdated relay', () => {
  let cluster: KafkaCluster;
  let backbone: Backbone;

  beforeAll(async () => {
    cluster = await startKafka({ proxied: true });
  });

  afterAll(async () => {
    await cluster.remove();
  });

  beforeEach(async () => {
    backbone = await Backbone.create(cluster.brokers, { partitions: 1 });
  });

  afterEach(async () => {
    cluster.proxy!.release();
    await backbone.remove();
  });

  const aPublisher = (brokers: string): KafkaPublisher => {
    const config = readConfig(messagingSettings, { KAFKA_BROKERS: brokers });
    const kafka = kafkaClient('writer', config, createLogger('test', 'silent'));
    return new KafkaPublisher(kafka, `${backbone.prefix}writer.relay`, backbone.prefix);
  };

  const aVersion = (subject: string, version: number) => ({
    topic: 'newsroom.articles',
    outboxId: String(version),
    ...(anEncodedEvent(articleUpdated, {
      subject,
      data: { version, article: anArticleSnapshot({ id: subject }) },
    }) satisfies EncodedMessage),
  });

  const held = { takenOver: false, signal: new AbortController().signal, confirmLock: async () => undefined };

  const versionsInTopic = async (): Promise<number[]> => {
    const versions: number[] = [];
    await readVersions(backbone, (_key, version) => versions.push(version));
    return versions;
  };

  it('is fenced off, even when its delayed request arrives after a newer one', async () => {
    const [late, next] = [aPublisher(cluster.proxy!.address), aPublisher(cluster.brokers)];
    const subject = anId();
    await late.publish([aVersion(subject, 1)], held);
    cluster.proxy!.hold();
    const refused = outcomeOf(late.publish([aVersion(subject, 2)], held));
    await next.publish([aVersion(subject, 2), aVersion(subject, 3)], { ...held, takenOver: true });
    cluster.proxy!.release();
    expect(await refused).toContain('old epoch');
    expect(await versionsInTopic()).toEqual([1, 2, 3]);
    await Promise.all([late.close(), next.close()]);
  });

  it('sends nothing after its attempt was aborted, however late it reaches Kafka', async () => {
    const [late, next] = [aPublisher(cluster.proxy!.address), aPublisher(cluster.brokers)];
    const subject = anId();
    cluster.proxy!.hold();
    const stopping = new AbortController();
    const givenUp = outcomeOf(late.publish([aVersion(subject, 1)], { ...held, signal: stopping.signal }));
    stopping.abort();
    expect(await givenUp).toContain('The process is stopping');
    await next.publish([aVersion(subject, 1), aVersion(subject, 2)], held);
    cluster.proxy!.release();
    await waitUntil(() => cluster.proxy!.connections === 0, {
      within: 60_000,
      what: 'the attempt to end',
    });
    expect(await versionsInTopic()).toEqual([1, 2]);
    await Promise.all([late.close(), next.close()]);
  });

  it('sends nothing if it lost its lock before raising the epoch', async () => {
    const publisher = aPublisher(cluster.brokers);
    const lost = { ...held, confirmLock: () => Promise.reject(new Error('the lock is lost')) };
    await expect(publisher.publish([aVersion(anId(), 1)], lost)).rejects.toThrow('the lock is lost');
    expect(await versionsInTopic()).toEqual([]);
    await publisher.close();
  });

  it('publishes nothing after another relay took over while its network was cut', async () => {
    const [item] = someIds(1) as [string];
    const cutOff = await backbone.writer({ KAFKA_BROKERS: cluster.proxy!.address });
    await Promise.all([backbone.ledger(), writeMany(cutOff.url, [item], 5, 1)]);
    await backbone.drained();
    cluster.proxy!.hold();
    const cutAt = Date.now();
    await writeMany(cutOff.url, [item], 5, 1);
    const other = await backbone.writer();
    await writeMany(other.url, [item], 5, 1);
    await backbone.drained(75_000);
    // With full rounds, longer than a hung relay could keep its lock.
    await waitUntil(() => Date.now() - cutAt > rounds(0, 62_000), { within: 70_000 });
    cluster.proxy!.release();
    // Another key, so that no newer version of the first one hides a late one.
    await writeMany(cutOff.url, someIds(1), 5, 1);
    expect(await audited(backbone)).toMatchObject(nothingWrong);
  });
});

/** The outcome of work that the test does not wait for yet. */
const outcomeOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', String);
