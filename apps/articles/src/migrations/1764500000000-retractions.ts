import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The recently retracted articles, in an order that clients can follow. A trigger writes them, so that every retraction
 * is recorded: also by an older version of this service, or by an operator's SQL.
 */
export class Retractions1764500000000 implements MigrationInterface {
  readonly name = 'Retractions1764500000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE retraction (
        article_id uuid PRIMARY KEY,
        -- Of the retraction, or of a later purge. Unlike a time, it can be compared with the transactions that a snapshot sees.
        transaction_id xid8 NOT NULL,
        at timestamptz NOT NULL
      )`);
    await db.query(`CREATE INDEX retraction_transaction ON retraction (transaction_id)`);
    await db.query(`
      CREATE FUNCTION note_retraction() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO retraction (article_id, transaction_id, at)
        VALUES (NEW.id, pg_current_xact_id(), clock_timestamp())
        ON CONFLICT (article_id) DO UPDATE SET transaction_id = excluded.transaction_id, at = excluded.at;
        RETURN NULL;
      END $$`);
    await db.query(`
      CREATE TRIGGER note_retraction AFTER UPDATE ON article FOR EACH ROW
      WHEN (NEW.state = 'retracted' AND (OLD.state <> 'retracted' OR (OLD.draft IS NOT NULL AND NEW.draft IS NULL)))
      EXECUTE FUNCTION note_retraction()`);
    await db.query(`
      INSERT INTO retraction (article_id, transaction_id, at)
      SELECT id, pg_current_xact_id(), retracted_at FROM article WHERE retracted_at IS NOT NULL
      ON CONFLICT DO NOTHING`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER note_retraction ON article`);
    await db.query(`DROP FUNCTION note_retraction`);
    await db.query(`DROP TABLE retraction`);
  }
}
