import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PlacingQueue1764300000000 implements MigrationInterface {
  readonly name = 'PlacingQueue1764300000000';

  async up(db: QueryRunner): Promise<void> {
    // Rows are inserted and deleted at the head of the index, so vacuum by their number, not by a share of the table.
    await db.query(`
      CREATE TABLE to_place (
        article_id uuid PRIMARY KEY,
        version integer NOT NULL,
        due_at timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 0
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`);
    await db.query(`CREATE INDEX to_place_order ON to_place (attempts, due_at)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE to_place`);
  }
}
