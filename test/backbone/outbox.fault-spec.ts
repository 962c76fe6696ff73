import { afterEach, beforeEach, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { addressOf, Backbone, describeWith, someIds, waitUntil, withAdmin, write } from '#testing';
import { audited } from './audited.js';
import { nothingWrong } from './nothing-wrong.js';

/** Neither large rows nor rows that Kafka refuses may block the outbox. */
describeWith('postgres', 'kafka')('the outbox', () => {
  let backbone: Backbone;

  afterEach(async () => {
    await backbone.remove();
  });

  it('publishes two events of one key that together exceed the size that a broker accepts', async () => {
    backbone = await Backbone.create(addressOf('kafka'), { partitions: 1 });
    await backbone.fillOutbox({ count: 2, items: someIds(1), bytes: 880_000 });
    await backbone.fillOutbox({ count: 20, items: someIds(5) });
    await Promise.all([backbone.writer(), backbone.ledger()]);
    expect(await audited(backbone)).toMatchObject(nothingWrong);
  });

  it('publishes 700 events of 18 kB in one partition', async () => {
    backbone = await Backbone.create(addressOf('kafka'), { partitions: 1 });
    await backbone.fillOutbox({ count: 700, items: someIds(7), bytes: 18_000 });
    await Promise.all([backbone.writer(), backbone.ledger()]);
    expect(await audited(backbone)).toMatchObject(nothingWrong);
  });
});

describeWith('postgres', 'kafka')('an event that Kafka refuses', () => {
  let backbone: Backbone;
  const [good, large, other] = someIds(3) as [string, string, string];

  beforeEach(async () => {
    backbone = await Backbone.create(addressOf('kafka'), { partitions: 1, maxMessageBytes: 100_000 });
    await backbone.fillOutbox({ count: 4, items: [good] });
    await backbone.fillOutbox({ count: 1, items: [large], bytes: 200_000 });
    await backbone.fillOutbox({ count: 4, items: [large, other] });
  });

  afterEach(async () => {
    await backbone.remove();
  });

  const refused = () =>
    backbone.writerDb.query<{ id: string; key: string }>(`SELECT id, key FROM refused_event ORDER BY id`);

  it('holds back the later events of its key and nothing else', async () => {
    const [writer] = await Promise.all([backbone.writer(), backbone.ledger()]);
    await waitUntil(async () => (await backbone.versionsOf(other)).length === 2, {
      within: 30_000,
      what: 'the other events',
    });
    await backbone.drained();
    expect(await backbone.versionsOf(good)).toEqual([1, 2, 3, 4]);
    expect(await backbone.versionsOf(large)).toEqual([]);
    expect((await refused()).map(({ key }) => key)).toEqual([large, large, large]);
    expect(await writer.metric('outbox_refused')).toBe(3);
    expect(await writer.metric('outbox_refused_total')).toBe(1);
    expect(writer.output).toContain('the log refused an event');
  });

  it('is published in order once the topic accepts it and an operator requests a retry', async () => {
    const [writer] = await Promise.all([backbone.writer(), backbone.ledger()]);
    await waitUntil(async () => (await refused()).length === 3, {
      within: 30_000,
      what: 'the refused events',
    });
    await write(writer.url, large);
    await waitUntil(async () => (await refused()).length === 4, { what: 'the later event to be held' });
    await raiseLimit(backbone.topic);
    await backbone.writerDb.query(`UPDATE refused_key SET retry_requested_at = now()`);
    await waitUntil(async () => (await backbone.versionsOf(large)).length === 4, {
      within: 30_000,
      what: 'the refused events',
    });
    await write(writer.url, large);
    await waitUntil(async () => (await backbone.versionsOf(large)).length === 5, {
      what: 'the key to be free again',
    });
    expect(await backbone.versionsOf(large)).toEqual([1, 2, 3, 4, 5]);
    expect(await refused()).toEqual([]);
    expect(await backbone.writerDb.query(`SELECT FROM refused_key`)).toEqual([]);
  });

  it('is published before later events of its key that are still in the outbox', async () => {
    const first = await backbone.writer();
    await waitUntil(async () => (await refused()).length === 3, {
      within: 30_000,
      what: 'the refused events',
    });
    await first.kill();
    await backbone.fillOutbox({ count: 4, items: [large, good] });
    await raiseLimit(backbone.topic);
    await backbone.writerDb.query(`UPDATE refused_key SET retry_requested_at = now()`);
    await Promise.all([backbone.writer(), backbone.ledger()]);
    expect(await audited(backbone)).toMatchObject(nothingWrong);
    expect(await backbone.versionsOf(large)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is refused again if the topic still does not accept it, while other events are published', async () => {
    const [writer] = await Promise.all([backbone.writer(), backbone.ledger()]);
    await waitUntil(async () => (await refused()).length === 3, {
      within: 30_000,
      what: 'the refused events',
    });
    await backbone.writerDb.query(`UPDATE refused_key SET retry_requested_at = now()`);
    await backbone.fillOutbox({ count: 20, items: [good, other] });
    await waitUntil(async () => (await writer.metric('outbox_refused_total')) === 2, {
      within: 30_000,
      what: 'the second refusal',
    });
    await backbone.drained();
    expect((await refused()).map(({ key }) => key)).toEqual([large, large, large]);
    expect(await backbone.versionsOf(large)).toEqual([]);
  });
});

const raiseLimit = (topic: string): Promise<unknown> =>
  withAdmin(addressOf('kafka'), (admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [{ name: 'max.message.bytes', value: '1048588' }],
        },
      ],
    }),
  );
