import { afterEach, beforeEach, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { addressOf, describeWith, waitUntil, withAdmin } from '#testing';
import { Backbone, someItems, write } from './harness.js';
import { nothingWrong } from './nothing-wrong.js';

/** What an outbox holds must not keep it from being published: large rows, and rows that Kafka refuses. */
describeWith('postgres', 'kafka')('the outbox goes on', () => {
  let backbone: Backbone;

  afterEach(async () => {
    await backbone.remove();
  });

  it('with two events of one key that together are larger than a broker takes at once', async () => {
    backbone = await Backbone.create(addressOf('kafka'), { partitions: 1 });
    await backbone.fillOutbox({ count: 2, items: someItems(1), bytes: 880_000 });
    await backbone.fillOutbox({ count: 20, items: someItems(5) });
    await Promise.all([backbone.writer(), backbone.ledger()]);
    expect(await backbone.audited()).toMatchObject(nothingWrong);
  });

  it('with 700 events of 18 kB in one partition', async () => {
    backbone = await Backbone.create(addressOf('kafka'), { partitions: 1 });
    await backbone.fillOutbox({ count: 700, items: someItems(7), bytes: 18_000 });
    await Promise.all([backbone.writer(), backbone.ledger()]);
    expect(await backbone.audited()).toMatchObject(nothingWrong);
  });
});

describeWith('postgres', 'kafka')('an event that Kafka refuses', () => {
  let backbone: Backbone;
  const [good, large, other] = someItems(3) as [string, string, string];

  beforeEach(async () => {
    backbone = await Backbone.create(addressOf('kafka'), { partitions: 1, maxMessageBytes: 100_000 });
    await backbone.fillOutbox({ count: 4, items: [good] });
    await backbone.fillOutbox({ count: 1, items: [large], bytes: 200_000 });
    await backbone.fillOutbox({ count: 4, items: [large, other] });
  });

  afterEach(async () => {
    await backbone.remove();
  });

  const versions = async (item: string): Promise<number[]> =>
    (
      await backbone.ledgerDb.query<{ version: number }>(
        `SELECT version FROM ledger WHERE subject = $1 ORDER BY seq`,
        [item],
      )
    ).map(({ version }) => version);

  const refused = () =>
    backbone.writerDb.query<{ id: string; key: string }>(`SELECT id, key FROM refused_event ORDER BY id`);

  it('goes aside with the later ones of its key, and everything else goes on', async () => {
    const [writer] = await Promise.all([backbone.writer(), backbone.ledger()]);
    await waitUntil(async () => (await versions(other)).length === 2, {
      within: 30_000,
      what: 'the other events',
    });
    await waitUntil(async () => (await backbone.backlog()) === 0, { what: 'an empty outbox' });
    expect(await versions(good)).toEqual([1, 2, 3, 4]);
    expect(await versions(large)).toEqual([]);
    expect((await refused()).map(({ key }) => key)).toEqual([large, large, large]);
    expect(await writer.metric('outbox_refused')).toBe(3);
    expect(await writer.metric('outbox_refused_total')).toBe(1);
    expect(writer.output).toContain('the log refused an event');
  });

  it('is published in its place once the topic takes it and an operator asks for it', async () => {
    const [writer] = await Promise.all([backbone.writer(), backbone.ledger()]);
    await waitUntil(async () => (await refused()).length === 3, {
      within: 30_000,
      what: 'the refused events',
    });
    await write(writer.url, large);
    await waitUntil(async () => (await refused()).length === 4, { what: 'the later event to be held' });
    await raiseLimit(`${backbone.prefix}newsroom.articles`);
    await backbone.writerDb.query(`UPDATE refused_key SET retry_requested_at = now()`);
    await waitUntil(async () => (await versions(large)).length === 4, {
      within: 30_000,
      what: 'the refused events',
    });
    await write(writer.url, large);
    await waitUntil(async () => (await versions(large)).length === 5, { what: 'the key to be free again' });
    expect(await versions(large)).toEqual([1, 2, 3, 4, 5]);
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
    await raiseLimit(`${backbone.prefix}newsroom.articles`);
    await backbone.writerDb.query(`UPDATE refused_key SET retry_requested_at = now()`);
    await Promise.all([backbone.writer(), backbone.ledger()]);
    expect(await backbone.audited()).toMatchObject(nothingWrong);
    expect(await versions(large)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is refused once more when the topic still does not take it, and others go on meanwhile', async () => {
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
    await waitUntil(async () => (await backbone.backlog()) === 0, { what: 'an empty outbox' });
    expect((await refused()).map(({ key }) => key)).toEqual([large, large, large]);
    expect(await versions(large)).toEqual([]);
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
