import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PollTables1763900000000 implements MigrationInterface {
  readonly name = 'PollTables1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE poll (
        id uuid PRIMARY KEY,
        question text NOT NULL,
        state text NOT NULL CHECK (state IN ('draft', 'open', 'closed')),
        article_id uuid,
        article_retracted boolean NOT NULL DEFAULT false,
        rev integer NOT NULL DEFAULT 0,
        untold boolean NOT NULL DEFAULT false,
        told_at timestamptz,
        opened_at timestamptz,
        closed_at timestamptz,
        idempotency_key text UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`CREATE INDEX poll_article ON poll (article_id)`);
    await db.query(`CREATE INDEX poll_untold ON poll (id) WHERE untold`);
    await db.query(`
      CREATE TABLE option (
        id uuid PRIMARY KEY,
        poll_id uuid NOT NULL REFERENCES poll,
        position integer NOT NULL,
        text text NOT NULL,
        votes integer NOT NULL DEFAULT 0 CHECK (votes >= 0),
        UNIQUE (poll_id, position)
      )`);
    await db.query(`
      CREATE TABLE ballot (
        poll_id uuid NOT NULL REFERENCES poll,
        voter_key text NOT NULL,
        option_id uuid NOT NULL REFERENCES option,
        cast_at timestamptz NOT NULL,
        PRIMARY KEY (poll_id, voter_key)
      )`);
    await db.query(`
      CREATE TABLE followed_article (
        article_id uuid PRIMARY KEY,
        version integer NOT NULL
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE followed_article, ballot, option, poll`);
  }
}
