import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A digest of each feed, and of the news sitemap, as last read, and when it changed. */
export class FeedChanges1764510000000 implements MigrationInterface {
  readonly name = 'FeedChanges1764510000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE feed_change (
        list_id uuid NOT NULL,
        file text NOT NULL,
        digest text NOT NULL,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (list_id, file)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE feed_change`);
  }
}
