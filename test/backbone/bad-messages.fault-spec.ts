import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { addressOf, Backbone, describeWith, someIds, waitUntil, write } from '#testing';
import { ArticleLog, type LogMessage } from './article-log.js';

describeWith('postgres', 'kafka')('a message', () => {
  let backbone: Backbone;

  beforeEach(async () => {
    backbone = await Backbone.create(addressOf('kafka'), { partitions: 1, maxMessageBytes: 8 * 1024 * 1024 });
  });

  afterEach(async () => {
    await backbone.remove();
  });

  it('is dead-lettered with its exact bytes if it cannot be read, and its partition continues', async () => {
    const writer = await backbone.writer();
    const [item] = someIds(1);
    await write(writer.url, item!);
    const log = new ArticleLog(backbone);
    const [good] = await log.read(1);
    const { headers } = good!;
    const { ce_subject: _, ...withoutSubject } = headers!;
    const bad: Omit<LogMessage, 'key'>[] = [
      { headers, value: Buffer.from('{"version": 1,') },
      { headers: { ...headers, ce_id: Buffer.from('a\0b') }, value: good!.value },
      { headers, value: null },
      { headers: withoutSubject, value: good!.value },
      { headers: {}, value: good!.value },
      { headers, value: Buffer.from('{"version":"one"}') },
      { headers, value: Buffer.from([0x22, 0xff, 0xfe, 0x22]) },
      { headers, value: Buffer.alloc(5 * 1024 * 1024, 0x20) },
      { headers, value: Buffer.from('['.repeat(10_000) + ']'.repeat(10_000)) },
    ];
    for (const [i, message] of bad.entries()) {
      await log.append([{ ...message, key: Buffer.from(`bad ${i}`) }]);
    }
    await write(writer.url, item!);

    await backbone.ledger();
    expect(await backbone.settled()).toEqual(new Map([[item, [1, 2]]]));
    const letters = await backbone.ledgerDb.query<{
      key: Buffer;
      value: Buffer | null;
      headers: Record<string, string>;
    }>(`SELECT key, value, headers FROM dead_letter ORDER BY "offset"`);
    expect(letters.map(({ key }) => String(key))).toEqual(bad.map((_m, i) => `bad ${i}`));
    for (const [i, { value, headers: kept }] of letters.entries()) {
      expect(value?.equals(bad[i]!.value!) ?? null).toBe(bad[i]!.value ? true : null);
      expect(Object.keys(kept)).toEqual(Object.keys(bad[i]!.headers!));
    }
  });

  it('is skipped and counted if its type is unknown', async () => {
    const log = new ArticleLog(backbone);
    const headers = { ce_type: Buffer.from('article.sung') };
    await log.append([{ key: Buffer.from('future'), value: Buffer.from('{}'), headers }]);
    const ledger = await backbone.ledger();
    const count = await waitUntil(() => ledger.metric('events_received_total', 'outcome="unknown"'), {
      within: 30_000,
      what: 'the count',
    });
    expect(count).toBe(1);
  });
});
