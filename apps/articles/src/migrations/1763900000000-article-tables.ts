import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ArticleTables1763900000000 implements MigrationInterface {
  readonly name = 'ArticleTables1763900000000';

  async up(db: QueryRunner): Promise<void> {
    for (const table of ['section', 'topic', 'place']) {
      await db.query(`
        CREATE TABLE ${table} (
          id uuid PRIMARY KEY DEFAULT uuidv7(),
          slug text NOT NULL UNIQUE,
          name text NOT NULL
        )`);
    }
    await db.query(`ALTER TABLE place ADD COLUMN country char(2)`);
    await db.query(`
      CREATE TABLE author (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        slug text NOT NULL UNIQUE,
        name text NOT NULL,
        role text,
        portrait text
      )`);
    await db.query(`
      CREATE TABLE article (
        id uuid PRIMARY KEY,
        slug text NOT NULL UNIQUE,
        state text NOT NULL CHECK (state IN ('draft', 'published', 'retracted')),
        version integer NOT NULL,
        draft json,
        snapshot json,
        section_id uuid REFERENCES section,
        topic_ids uuid[] NOT NULL DEFAULT '{}',
        place_ids uuid[] NOT NULL DEFAULT '{}',
        author_ids uuid[] NOT NULL DEFAULT '{}',
        published_version integer,
        published_at timestamptz,
        updated_at timestamptz NOT NULL DEFAULT now(),
        retracted_at timestamptz,
        retraction_reason text,
        retraction_note text,
        idempotency_key text UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    const published = `WHERE state = 'published'`;
    await db.query(`CREATE INDEX article_newest ON article (published_at DESC, id DESC) ${published}`);
    await db.query(
      `CREATE INDEX article_section ON article (section_id, published_at DESC, id DESC) ${published}`,
    );
    for (const column of ['topic_ids', 'place_ids', 'author_ids']) {
      await db.query(`CREATE INDEX article_${column} ON article USING gin (${column}) ${published}`);
    }
    await db.query(`
      CREATE TABLE revision (
        article_id uuid NOT NULL REFERENCES article,
        version integer NOT NULL,
        snapshot json NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (article_id, version)
      )`);
    await db.query(`
      CREATE TABLE audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        article_id uuid NOT NULL,
        version integer NOT NULL,
        did text NOT NULL,
        by_id text NOT NULL,
        by_name text NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`CREATE INDEX audit_article ON audit (article_id, id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE audit, revision, article, author, place, topic, section`);
  }
}
