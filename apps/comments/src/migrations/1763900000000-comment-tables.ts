import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CommentTables1763900000000 implements MigrationInterface {
  readonly name = 'CommentTables1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE thread (
        article_id uuid PRIMARY KEY,
        article_version integer NOT NULL,
        open boolean NOT NULL,
        published integer NOT NULL DEFAULT 0 CHECK (published >= 0),
        rev integer NOT NULL DEFAULT 0
      )`);
    await db.query(`
      CREATE TABLE alias (
        article_id uuid NOT NULL REFERENCES thread,
        reader text NOT NULL,
        number integer NOT NULL,
        PRIMARY KEY (article_id, reader),
        UNIQUE (article_id, number)
      )`);
    await db.query(`
      CREATE TABLE comment (
        id uuid PRIMARY KEY,
        article_id uuid NOT NULL REFERENCES thread,
        parent_id uuid REFERENCES comment,
        reader text NOT NULL,
        alias text NOT NULL,
        text text NOT NULL,
        state text NOT NULL CHECK (state IN ('published', 'removed')),
        idempotency_key text,
        created_at timestamptz NOT NULL,
        removed_at timestamptz,
        removed_by text,
        removal_reason text,
        UNIQUE (reader, idempotency_key)
      )`);
    await db.query(`CREATE INDEX comment_newest ON comment (article_id, id DESC) WHERE parent_id IS NULL`);
    await db.query(`CREATE INDEX comment_replies ON comment (parent_id, id) WHERE parent_id IS NOT NULL`);
    await db.query(`CREATE INDEX comment_reader ON comment (article_id, reader, created_at DESC)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE comment, alias, thread`);
  }
}
