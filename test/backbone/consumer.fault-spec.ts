import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  addressOf,
  Backbone,
  describeWith,
  someIds,
  waitUntil,
  withAdmin,
  write,
  writeMany,
  type ServiceProcess,
} from '#testing';
import { ArticleLog } from './article-log.js';
import { audited } from './audited.js';
import { nothingWrong } from './nothing-wrong.js';

const letters = (backbone: Backbone) =>
  backbone.ledgerDb.query<{ id: string; reason: string; attempts: number }>(
    `SELECT id, reason, attempts FROM dead_letter ORDER BY id`,
  );

/** A failure of one event, partition or table must not stop the others, and must end once its cause is fixed. */
describeWith('postgres', 'kafka')('a consumer', () => {
  let backbone: Backbone;

  beforeEach(async () => {
    backbone = await Backbone.create(addressOf('kafka'), { partitions: 6 });
  });

  afterEach(async () => {
    await backbone.remove();
  });

  it('keeps five partitions moving while every event of the sixth fails', async () => {
    const [writer, ledger] = await Promise.all([backbone.writer(), backbone.ledger({ BUG: 'true' })]);
    const [bad, ...good] = someIds(12) as [string, ...string[]];
    for (let i = 0; i < 60; i++) await write(writer.url, bad, { kicker: 'bug' });
    await waitUntil(async () => ((await ledger.metric('events_received_total', 'retried')) ?? 0) > 0, {
      within: 30_000,
      what: 'the first failure',
    });
    await writeMany(writer.url, good, 11);
    // Some of the eleven items may share the partition of the poisoned key: their events wait behind it.
    await waitUntil(async () => (await backbone.handled()) >= 5, {
      within: 30_000,
      what: 'the good partitions',
    });
    expect((await letters(backbone)).length).toBeLessThan(10);
    await waitUntil(async () => (await letters(backbone)).length === 60, {
      within: 60_000,
      what: 'all letters',
    });
    await waitUntil(async () => (await backbone.handled()) === 11, {
      within: 30_000,
      what: 'all good events',
    });
  });

  it('dead-letters an event whose handler throws a TypeError, and handles all others', async () => {
    await backbone.ledger({ BUG: 'true' });
    const writer = await backbone.writer();
    const [bad, good] = someIds(2) as [string, string];
    await write(writer.url, bad, { kicker: 'bug' });
    await writeMany(writer.url, [bad, good], 10);
    await waitUntil(async () => (await backbone.handled()) === 10, {
      within: 30_000,
      what: 'the ten good events',
    });
    expect(await letters(backbone)).toMatchObject([
      { reason: expect.stringContaining('TypeError'), attempts: 5 },
    ]);
  });

  it('tries an event five times, but only once after ten dead letters with the same reason', async () => {
    const [writer] = await Promise.all([backbone.writer(), backbone.ledger({ BUG: 'true' })]);
    const [bad] = someIds(1) as [string];
    for (let i = 0; i < 15; i++) await write(writer.url, bad, { kicker: 'bug' });
    await waitUntil(async () => (await letters(backbone)).length === 15, {
      within: 60_000,
      what: 'the letters',
    });
    expect((await letters(backbone)).map(({ attempts }) => attempts)).toEqual([
      ...Array(10).fill(5),
      ...Array(5).fill(1),
    ]);
  });

  it('dead-letters an event whose statement always times out, and handles the events behind it', async () => {
    const [writer] = await Promise.all([backbone.writer(), backbone.ledger()]);
    const [endless, next] = someIds(2) as [string, string];
    await write(writer.url, endless, { kicker: 'endless' });
    await write(writer.url, endless);
    await write(writer.url, next);
    await waitUntil(async () => (await backbone.handled()) === 2, { within: 30_000, what: 'the others' });
    await waitUntil(async () => (await letters(backbone)).length === 1, {
      within: 30_000,
      what: 'the letter',
    });
    expect((await letters(backbone))[0]).toMatchObject({
      attempts: 5,
      reason: expect.stringContaining('statement timeout'),
    });
  });

  it('waits for a missing table, reports it and dead-letters nothing', async () => {
    const [writer, ledger] = await Promise.all([backbone.writer(), backbone.ledger()]);
    const items = someIds(6);
    await backbone.ledgerDb.query(`ALTER TABLE ledger RENAME TO ledger_gone`);
    await writeMany(writer.url, items, 20);
    await waitUntil(async () => ((await ledger.metric('events_blocked')) ?? 0) > 0, {
      within: 30_000,
      what: 'the metric',
    });
    const oldest = await ledger.metric('events_oldest_unhandled_seconds');
    await waitUntil(async () => (await ledger.metric('events_oldest_unhandled_seconds'))! > oldest!, {
      what: 'the age to grow',
    });
    await backbone.ledgerDb.query(`ALTER TABLE ledger_gone RENAME TO ledger`);
    expect(await audited(backbone)).toMatchObject(nothingWrong);
    expect(await letters(backbone)).toEqual([]);
    await waitUntil(async () => (await ledger.metric('events_blocked')) === 0, {
      within: 30_000,
      what: 'the metric to be 0',
    });
  });

  it('reports its lag by committed offsets, down to zero', async () => {
    const [writer, ledger] = await Promise.all([backbone.writer(), backbone.ledger()]);
    const items = someIds(20);
    await writeMany(writer.url, items, 20);
    await backbone.settled();
    const lock = await backbone.lockLedger();
    await writeMany(writer.url, items, 50);
    await waitUntil(async () => (await ledger.metric('events_lag'))! >= 50, {
      within: 30_000,
      every: 200,
      what: 'the lag',
    });
    expect(await ledger.metric('events_oldest_unhandled_seconds')).toBeGreaterThan(0);
    await lock.release();
    await backbone.settled();
    await waitUntil(async () => (await ledger.metric('events_lag')) === 0, {
      within: 30_000,
      every: 200,
      what: 'no lag',
    });
    expect(await ledger.metric('events_oldest_unhandled_seconds')).toBe(0);
  });

  it('skips tombstones and counts them', async () => {
    const ledger = await backbone.ledger();
    await new ArticleLog(backbone).append([{ key: Buffer.from('erased'), value: null }]);
    await waitUntil(async () => (await ledger.metric('events_received_total', 'tombstone')) === 1, {
      within: 30_000,
      what: 'the count',
    });
    expect(await letters(backbone)).toEqual([]);
  });

  it('counts and logs records that were deleted before it handled them', async () => {
    const env = { KAFKA_SESSION_TIMEOUT: '2000' };
    const writer = await backbone.writer();
    const [item] = someIds(1) as [string];
    const first = await backbone.ledger(env);
    await writeMany(writer.url, [item], 3, 1);
    await backbone.settled();
    await first.stop();
    await writeMany(writer.url, [item], 7, 1);
    await backbone.drained();
    await withAdmin(backbone.brokers, async (admin) => {
      const ends = await admin.fetchTopicOffsets(backbone.topic);
      await admin.deleteTopicRecords({
        topic: backbone.topic,
        partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
      });
    });
    const ledger = await backbone.ledger(env);
    await waitUntil(async () => ((await ledger.metric('events_skipped_total')) ?? 0) >= 7, {
      within: 30_000,
      what: 'the count',
    });
    expect(ledger.output).toContain('retention deleted records before they were handled');
    await write(writer.url, item);
    await waitUntil(async () => (await backbone.handled()) === 4, {
      within: 30_000,
      what: 'what came later',
    });
  });

  it('serves metrics while the database is blocked', async () => {
    const ledger = await backbone.ledger();
    const lock = await backbone.lockLedger('dead_letter');
    const text = await (
      await fetch(`${ledger.operationsUrl}/metrics`, { signal: AbortSignal.timeout(8_000) })
    ).text();
    await lock.release();
    expect(text).toContain('events_consumer_running');
    expect(text).not.toMatch(/^dead_letters\{/m);
    await waitUntil(async () => (await ledger.metric('dead_letters')) === 0, {
      what: 'the gauge to be back',
    });
  });

  describe('with a dead letter', () => {
    const aLetter = async (): Promise<{ ledger: ServiceProcess }> => {
      const [writer, ledger] = await Promise.all([
        backbone.writer(),
        backbone.ledger({ BUG: 'true', KAFKA_SESSION_TIMEOUT: '2000' }),
      ]);
      await write(writer.url, someIds(1)[0]!, { kicker: 'bug' });
      await waitUntil(async () => (await letters(backbone)).length === 1, {
        within: 30_000,
        what: 'the letter',
      });
      return { ledger };
    };

    it('does not reprocess its event on redelivery', async () => {
      const { ledger } = await aLetter();
      await ledger.stop();
      await withAdmin(backbone.brokers, async (admin) => {
        const partitions = Array.from({ length: 6 }, (_, partition) => ({ partition, offset: '0' }));
        await admin.setOffsets({
          groupId: `${backbone.prefix}ledger`,
          topic: backbone.topic,
          partitions,
        });
      });
      const again = await backbone.ledger({ KAFKA_SESSION_TIMEOUT: '2000' });
      await waitUntil(async () => (await again.metric('events_received_total', 'repeated')) === 1, {
        within: 30_000,
        what: 'the repetition',
      });
      expect(await backbone.handled()).toBe(0);
      expect(await letters(backbone)).toHaveLength(1);
    });

    it('keeps it when a redrive finds no handler for it', async () => {
      await aLetter();
      await backbone.ledgerDb.query(
        `UPDATE dead_letter SET redrive_requested_at = now(),
           headers = (headers::jsonb || jsonb_build_object('ce_type', encode('article.sung', 'base64')))::json`,
      );
      const [letter] = await waitUntil(
        async () => {
          const found = await letters(backbone);
          return found[0]?.reason.includes('no handler') ? found : undefined;
        },
        { what: 'the reason' },
      );
      expect(letter).toMatchObject({ reason: expect.stringContaining('article.sung'), attempts: 6 });
    });
  });
});
