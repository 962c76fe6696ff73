import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import type { EntityManager, MigrationInterface, QueryRunner } from 'typeorm';
import { defineService } from '#bootstrap';
import { articleRetracted, type EventOf, type RawEvent } from '#events';
import { databaseSettings, serverSettings } from '#platform';
import { anEncodedEvent, anId, describeWith, ServiceUnderTest } from '#testing';
import { messagingMigrations } from './messaging-tables.js';
import { MessagingModule } from './messaging.module.js';
import { OnEvent, OnTopic } from './on-event.js';
import { messagingSettings } from './settings.js';

class Tables1763900000000 implements MigrationInterface {
  readonly name = 'Tables1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE seen (by text, type text, subject text, value text)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE seen`);
  }
}

const see = (
  tx: EntityManager,
  by: string,
  { type, subject }: RawEvent | { type: string; subject: string },
) => tx.query(`INSERT INTO seen (by, type, subject) VALUES ($1, $2, $3)`, [by, type, subject]);

@Controller()
class Handlers {
  @OnEvent(articleRetracted)
  async onRetracted(event: EventOf<typeof articleRetracted>, tx: EntityManager): Promise<void> {
    await see(tx, 'event', event);
  }

  @OnTopic('newsroom.articles')
  async onArticles(event: RawEvent, tx: EntityManager): Promise<void> {
    await see(tx, 'topic', event);
    await tx.query(`UPDATE seen SET value = $1 WHERE by = 'topic' AND subject = $2`, [
      event.value.toString(),
      event.subject,
    ]);
    if (event.value.includes('poison')) throw new TypeError('poisoned');
  }
}

@Module({ imports: [MessagingModule], controllers: [Handlers] })
class HandlersModule {}

const handlersService = defineService({
  name: 'handlers',
  settings: { ...serverSettings('handlers', 0), ...databaseSettings('handlers'), ...messagingSettings },
  database: { entities: [], migrations: [...messagingMigrations, Tables1763900000000] },
  module: HandlersModule,
});

describeWith('postgres')('the handler of a whole topic', () => {
  let service: ServiceUnderTest;
  beforeAll(async () => {
    service = await ServiceUnderTest.start(handlersService);
  });
  afterAll(async () => {
    await service.stop();
  });
  beforeEach(async () => {
    await service.query(`TRUNCATE seen, dead_letter`);
  });

  const retraction = (note?: string) =>
    anEncodedEvent(articleRetracted, {
      subject: anId(),
      data: { version: 2, reason: 'legal', note, retractedAt: '2026-11-02T09:00:00.000Z' },
    });
  const ofUnknownType = () => {
    const known = retraction();
    return {
      ...known,
      headers: { ...known.headers, ce_type: Buffer.from('article.sung') },
      value: Buffer.from('♪'),
    };
  };
  const seen = () => service.query<{ by: string; type: string }>(`SELECT by, type FROM seen ORDER BY by`);

  it('receives events of types that this build does not know, byte for byte and once', async () => {
    const event = ofUnknownType();
    await service.receive('newsroom.articles', event, event);
    expect(await service.query(`SELECT by, type, value FROM seen`)).toEqual([
      { by: 'topic', type: 'article.sung', value: '♪' },
    ]);
  });

  it('receives an event in addition to the handler of its type', async () => {
    await service.receive('newsroom.articles', retraction());
    expect(await seen()).toEqual([
      { by: 'event', type: 'article.retracted' },
      { by: 'topic', type: 'article.retracted' },
    ]);
  });

  it('shares a transaction with the handler of the type: if one fails, neither takes effect', async () => {
    await service.receive('newsroom.articles', retraction('poison'));
    expect(await seen()).toEqual([]);
    expect(await service.query(`SELECT attempts FROM dead_letter`)).toEqual([{ attempts: 5 }]);
  });

  it('receives no events of other topics', async () => {
    await service.receive('newsroom.polls', ofUnknownType());
    expect(await seen()).toEqual([]);
  });

  it('puts no unknown type into the label of a metric', async () => {
    await service.receive('newsroom.articles', ofUnknownType());
    const metrics = await service.metrics();
    expect(metrics).toMatch(/events_received_total\{type="unknown",outcome="handled"/);
    expect(metrics).not.toContain('article.sung');
  });
});
