import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The words of the archive, for splitting compounds and correcting typos, and a backlog of articles to learn from. */
export class SearchVocabulary1764800000000 implements MigrationInterface {
  readonly name = 'SearchVocabulary1764800000000';

  async up(db: QueryRunner): Promise<void> {
    // Bytewise, so that words with the same start are a range of the index.
    await db.query(`
      CREATE TABLE search_vocabulary (
        form text COLLATE "C" PRIMARY KEY,
        spelling text NOT NULL,
        stem text COLLATE "C" NOT NULL,
        parts text[] NOT NULL DEFAULT '{}',
        deletions text[] NOT NULL
      )`);
    await db.query(`CREATE INDEX search_vocabulary_stem ON search_vocabulary (stem)`);
    await db.query(`CREATE INDEX search_vocabulary_end ON search_vocabulary (reverse(form))`);
    await db.query(`CREATE INDEX search_vocabulary_deletions ON search_vocabulary USING gin (deletions)`);
    await db.query(`CREATE TABLE search_backlog (article_id uuid PRIMARY KEY)`);
    // Documents of the previous version lack the mark of the new format and are indexed again.
    await db.query(`
      CREATE FUNCTION search_backlog_add() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO search_backlog (article_id) VALUES (NEW.article_id) ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$`);
    await db.query(`
      CREATE TRIGGER article_search_backlog AFTER INSERT OR UPDATE OF document ON article_search
      FOR EACH ROW WHEN (NOT NEW.document @@ '''#2'''::tsquery) EXECUTE FUNCTION search_backlog_add()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER article_search_backlog ON article_search`);
    await db.query(`DROP FUNCTION search_backlog_add`);
    await db.query(`DROP TABLE search_backlog, search_vocabulary`);
  }
}
