import { Body, Controller, Headers, Module, Param, Post } from '@nestjs/common';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { z } from 'zod';
import { defineService } from '#bootstrap';
import { articleUpdated, Id } from '#events';
import { ForAnyone } from '#http';
import { MessagingModule, messagingMigrations, messagingSettings, Outbox } from '#messaging';
import { databaseSettings, serverSettings } from '#platform';
import { anArticleSnapshot } from '../builders/builders.js';
import { die } from './fault.js';

/** The smallest service that publishes: items, each with a version that every write increases by one. */

class WriterTables1763900000000 implements MigrationInterface {
  readonly name = 'WriterTables1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE item (id uuid PRIMARY KEY, version integer NOT NULL)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE item`);
  }
}

const WriteRequest = z.strictObject({ kicker: z.string().default('Seewilen') });
type WriteRequest = z.infer<typeof WriteRequest>;

@Controller('items')
class ItemsController {
  constructor(
    private readonly db: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** With `x-die`, the process dies between the commit and the answer. */
  @Post(':id')
  @ForAnyone()
  async write(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: WriteRequest }) { kicker }: WriteRequest,
    @Headers('x-die') dies: string | undefined,
  ): Promise<{ version: number }> {
    const version = await this.db.transaction(async (tx) => {
      await tx.sql`INSERT INTO item VALUES (${id}, 0) ON CONFLICT DO NOTHING`;
      // The row lock comes before the event, so that the events of an item get their ids in commit order.
      const [item] = await tx.sql<
        [{ version: number }]
      >`SELECT version FROM item WHERE id = ${id} FOR UPDATE`;
      const next = item.version + 1;
      const data = { version: next, article: anArticleSnapshot({ id, kicker }) };
      await this.outbox.add(tx, articleUpdated, { subject: id, data });
      await tx.sql`UPDATE item SET version = ${next} WHERE id = ${id}`;
      return next;
    });
    if (dies) die();
    return { version };
  }
}

@Module({ imports: [MessagingModule], controllers: [ItemsController] })
class WriterModule {}

export const writerService = defineService({
  name: 'writer',
  settings: { ...serverSettings('writer', 0), ...databaseSettings('writer'), ...messagingSettings },
  database: { entities: [], migrations: [...messagingMigrations, WriterTables1763900000000] },
  module: WriterModule,
});
