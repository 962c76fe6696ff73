import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Terms get a version and an audit log. A change of a term that fails for an article is recorded and can be retried. */
export class TermVersions1764700000000 implements MigrationInterface {
  readonly name = 'TermVersions1764700000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE term ADD COLUMN version integer NOT NULL DEFAULT 1`);
    // Without a foreign key, and with the slug at that time: the log outlives the term.
    await db.query(`
      CREATE TABLE term_audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        term_id uuid NOT NULL,
        kind text NOT NULL,
        slug text NOT NULL,
        version integer NOT NULL,
        did text NOT NULL,
        by_id text NOT NULL,
        by_name text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        details json NOT NULL DEFAULT '{}'
      )`);
    await db.query(`CREATE INDEX term_audit_term ON term_audit (term_id, id)`);
    await db.query(`CREATE INDEX term_audit_slug ON term_audit (kind, slug, id)`);
    // A failed job is also finished, so that the previous version ignores it.
    await db.query(`
      ALTER TABLE retelling
        ADD COLUMN article_id uuid,
        ADD COLUMN failed_at timestamptz,
        ADD COLUMN reason text`);
    await db.query(
      `CREATE UNIQUE INDEX retelling_failed ON retelling (term_id, article_id) WHERE failed_at IS NOT NULL`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX retelling_failed`);
    await db.query(`ALTER TABLE retelling DROP COLUMN article_id, DROP COLUMN failed_at, DROP COLUMN reason`);
    await db.query(`DROP TABLE term_audit`);
    await db.query(`ALTER TABLE term DROP COLUMN version`);
  }
}
