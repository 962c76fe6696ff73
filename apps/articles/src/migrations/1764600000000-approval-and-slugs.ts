import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Contents that are approved for a schedule, slugs that are reserved until their working copy is published, versions that
 * differ only in the names of terms, and working copies that were replaced.
 */
export class ApprovalAndSlugs1764600000000 implements MigrationInterface {
  readonly name = 'ApprovalAndSlugs1764600000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE article
        ADD COLUMN approved json,
        ADD COLUMN renamed_from integer,
        ADD COLUMN renamed_to integer,
        -- article_slug says whose a slug is. The version before works on without this second, stricter answer.
        DROP CONSTRAINT IF EXISTS article_slug_key`);
    await db.query(`ALTER TABLE article_slug ADD COLUMN reserved boolean NOT NULL DEFAULT false`);
    await db.query(`
      CREATE TABLE former_draft (
        article_id uuid NOT NULL REFERENCES article ON DELETE CASCADE,
        version integer NOT NULL,
        draft json NOT NULL,
        replaced_at timestamptz NOT NULL DEFAULT now(),
        by_id text NOT NULL,
        by_name text NOT NULL,
        PRIMARY KEY (article_id, version)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE former_draft`);
    await db.query(`ALTER TABLE article_slug DROP COLUMN reserved`);
    await db.query(
      `ALTER TABLE article DROP COLUMN approved, DROP COLUMN renamed_from, DROP COLUMN renamed_to,
         ADD CONSTRAINT article_slug_key UNIQUE (slug)`,
    );
  }
}
