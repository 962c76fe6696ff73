import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Backbone, describeWith, rounds, someIds, startKafka, writeMany, type KafkaCluster } from '#testing';
import { audited } from './audited.js';
import { nothingWrong } from './nothing-wrong.js';

describeWith('postgres', 'kafka')('while services write, the broker', () => {
  let broker: KafkaCluster;
  let backbone: Backbone;

  beforeAll(async () => {
    broker = await startKafka();
    backbone = await Backbone.create(broker.brokers);
  });

  afterAll(async () => {
    await backbone.remove();
    await broker.remove();
  });

  it('may be down: writes succeed, and all events arrive when it is back', async () => {
    await backbone.ledger({ KAFKA_SESSION_TIMEOUT: '3000' });
    const writer = await backbone.writer();
    const items = someIds(5);
    await writeMany(writer.url, items, 20);
    await broker.stop();
    const until = Date.now() + rounds(2_000, 20_000);
    while (Date.now() < until) {
      expect(await writeMany(writer.url, items, 20)).toBe(20);
    }
    expect(await backbone.backlog()).toBeGreaterThan(0);
    await broker.start();
    expect(await audited(backbone)).toMatchObject(nothingWrong);
  });

  it('may be killed: no event is lost, duplicated or reordered', async () => {
    const [writer] = await Promise.all([
      backbone.writer(),
      backbone.ledger({ KAFKA_SESSION_TIMEOUT: '3000' }),
    ]);
    const items = someIds(5);
    for (let round = 0; round < rounds(1, 5); round++) {
      const writes = writeMany(writer.url, items, 300);
      await broker.kill();
      await broker.start();
      await writes;
    }
    expect(await audited(backbone)).toMatchObject(nothingWrong);
  });
});
