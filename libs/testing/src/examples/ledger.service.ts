import { Controller, Module } from '@nestjs/common';
import type { EntityManager, MigrationInterface, QueryRunner } from 'typeorm';
import { defineService } from '#bootstrap';
import { articleUpdated, type EventOf } from '#events';
import { MessagingModule, messagingMigrations, messagingSettings, OnEvent } from '#messaging';
import { databaseSettings, serverSettings } from '#platform';
import { misbehave } from './fault.js';

/** The smallest service that subscribes: it records every event in the order in which the events took effect. */

class LedgerTables1763900000000 implements MigrationInterface {
  readonly name = 'LedgerTables1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE ledger (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id text NOT NULL,
        subject text NOT NULL,
        version integer NOT NULL
      )`);
    await db.query(`CREATE TABLE newest (subject text PRIMARY KEY, version integer NOT NULL)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE newest, ledger`);
  }
}

@Controller()
class OnArticleEvents {
  @OnEvent(articleUpdated)
  async record({ id, subject, data }: EventOf<typeof articleUpdated>, tx: EntityManager) {
    const { version, article } = data;
    await tx.sql`INSERT INTO ledger (event_id, subject, version) VALUES (${id}, ${subject}, ${version})`;
    // A projection: an older snapshot never replaces a newer one.
    await tx.sql`
      INSERT INTO newest VALUES (${subject}, ${version})
      ON CONFLICT (subject) DO UPDATE SET version = excluded.version WHERE newest.version <= excluded.version`;
    await misbehave(article.kicker, tx);
  }
}

@Module({ imports: [MessagingModule], controllers: [OnArticleEvents] })
class LedgerModule {}

export const ledgerService = defineService({
  name: 'ledger',
  settings: { ...serverSettings('ledger', 0), ...databaseSettings('ledger'), ...messagingSettings },
  database: { entities: [], migrations: [...messagingMigrations, LedgerTables1763900000000] },
  module: LedgerModule,
});
