import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds the count of alias numbers that an article has used. The previous version of the service does not need the column. */
export class AliasCounter1764300000000 implements MigrationInterface {
  readonly name = 'AliasCounter1764300000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE thread ADD COLUMN aliases integer NOT NULL DEFAULT 0`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE thread DROP COLUMN aliases`);
  }
}
