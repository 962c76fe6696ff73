import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The whole life of an article: one table for all terms, every slug ever used, lists that are stored in their own order,
 * schedules, corrections, revisions with their author, search.
 */
export class ArticleLife1764000000000 implements MigrationInterface {
  readonly name = 'ArticleLife1764000000000';

  async up(db: QueryRunner): Promise<void> {
    await terms(db);
    await articles(db);
    await lists(db);
    await search(db);
  }

  async down(): Promise<void> {
    throw new Error('This migration merged tables and cannot be reverted; restore a backup.');
  }
}

async function terms(db: QueryRunner): Promise<void> {
  await db.query(`
    CREATE TABLE term (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      kind text NOT NULL CHECK (kind IN ('section', 'topic', 'place', 'author')),
      slug text NOT NULL,
      name text NOT NULL,
      role text,
      portrait text,
      biography text,
      country char(2),
      parent_id uuid REFERENCES term,
      merged_into uuid REFERENCES term,
      UNIQUE (kind, slug)
    )`);
  await db.query(`CREATE INDEX term_parent ON term (parent_id) WHERE parent_id IS NOT NULL`);
  await db.query(`
    CREATE TABLE term_slug (
      kind text NOT NULL,
      slug text NOT NULL,
      term_id uuid NOT NULL REFERENCES term ON DELETE CASCADE,
      PRIMARY KEY (kind, slug)
    )`);
  await db.query(`CREATE INDEX term_slug_term ON term_slug (term_id)`);
  for (const kind of ['section', 'topic']) {
    await db.query(`INSERT INTO term (id, kind, slug, name) SELECT id, '${kind}', slug, name FROM ${kind}`);
  }
  await db.query(
    `INSERT INTO term (id, kind, slug, name, country) SELECT id, 'place', slug, name, country FROM place`,
  );
  await db.query(
    `INSERT INTO term (id, kind, slug, name, role, portrait) SELECT id, 'author', slug, name, role, portrait FROM author`,
  );
  await db.query(`INSERT INTO term_slug (kind, slug, term_id) SELECT kind, slug, id FROM term`);
  await db.query(`
    CREATE TABLE retelling (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      term_id uuid NOT NULL,
      by_id text NOT NULL,
      by_name text NOT NULL,
      requested_at timestamptz NOT NULL DEFAULT now(),
      last_id uuid,
      done integer NOT NULL DEFAULT 0,
      finished_at timestamptz
    )`);
  await db.query(`CREATE INDEX retelling_open ON retelling (id) WHERE finished_at IS NULL`);
}

async function articles(db: QueryRunner): Promise<void> {
  await db.query(`
    ALTER TABLE article
      DROP CONSTRAINT article_state_check,
      ADD CHECK (state IN ('draft', 'scheduled', 'published', 'retracted')),
      ADD COLUMN summary json,
      ADD COLUMN has_changes boolean NOT NULL DEFAULT true,
      ADD COLUMN corrections json NOT NULL DEFAULT '[]',
      ADD COLUMN term_ids uuid[] NOT NULL DEFAULT '{}',
      ADD COLUMN publish_at timestamptz,
      ADD COLUMN offline_at timestamptz,
      ADD COLUMN source_id text UNIQUE`);
  await db.query(`UPDATE article SET has_changes = (published_version IS DISTINCT FROM version)`);
  await db.query(`
    UPDATE article SET term_ids = ARRAY(
      SELECT DISTINCT term.id FROM term WHERE term.id = ANY (topic_ids || place_ids || author_ids || section_id)
        OR (kind = 'section' AND slug = draft->>'section')
        OR (kind = 'topic' AND draft->'topics' IS NOT NULL AND slug IN (SELECT json_array_elements_text(draft->'topics')))
        OR (kind = 'place' AND draft->'places' IS NOT NULL AND slug IN (SELECT json_array_elements_text(draft->'places')))
        OR (kind = 'author' AND draft->'authors' IS NOT NULL AND slug IN (SELECT json_array_elements_text(draft->'authors'))))`);
  // The entries of lists, as articleSummary() builds them.
  await db.query(`
    UPDATE article SET summary = json_strip_nulls(json_build_object('id', id, 'slug', slug,
      'kicker', snapshot->'kicker', 'headline', snapshot->'headline', 'shortHeadline', snapshot->'shortHeadline',
      'lead', snapshot->'lead', 'picture', coalesce(snapshot->'cardPicture', snapshot->'leadPicture'),
      'section', snapshot->'section', 'access', snapshot->'access', 'label', snapshot->'label',
      'publishedAt', snapshot->'publishedAt'))
    WHERE snapshot IS NOT NULL`);
  await db.query(`
    CREATE TABLE article_slug (
      slug text PRIMARY KEY,
      article_id uuid NOT NULL REFERENCES article ON DELETE CASCADE
    )`);
  await db.query(`CREATE INDEX article_slug_article ON article_slug (article_id)`);
  await db.query(`INSERT INTO article_slug (slug, article_id) SELECT slug, id FROM article`);
  await db.query(`CREATE INDEX article_terms ON article USING gin (term_ids)`);
  await db.query(`CREATE INDEX article_desk ON article (updated_at DESC, id DESC)`);
  await db.query(`CREATE INDEX article_desk_state ON article (state, updated_at DESC, id DESC)`);
  await db.query(`CREATE INDEX article_publish_at ON article (publish_at) WHERE publish_at IS NOT NULL`);
  await db.query(`CREATE INDEX article_offline_at ON article (offline_at) WHERE offline_at IS NOT NULL`);
  await db.query(
    `CREATE INDEX article_retracted_at ON article (retracted_at) WHERE retracted_at IS NOT NULL`,
  );
  await db.query(`
    ALTER TABLE revision
      ADD COLUMN by_id text NOT NULL DEFAULT '',
      ADD COLUMN by_name text NOT NULL DEFAULT '',
      ADD COLUMN note text`);
  await db.query(`ALTER TABLE revision DROP CONSTRAINT revision_article_id_fkey`);
  await db.query(
    `ALTER TABLE revision ADD CONSTRAINT revision_article FOREIGN KEY (article_id) REFERENCES article ON DELETE CASCADE`,
  );
  await db.query(`ALTER TABLE audit ADD COLUMN details json NOT NULL DEFAULT '{}'`);
}

async function lists(db: QueryRunner): Promise<void> {
  // A list belongs to a term or contains all articles (the nil UUID). Its key is its order, so every page costs the same.
  await db.query(`
    CREATE TABLE listing (
      list_id uuid NOT NULL,
      published_at timestamptz NOT NULL,
      article_id uuid NOT NULL REFERENCES article ON DELETE CASCADE,
      PRIMARY KEY (list_id, published_at, article_id)
    )`);
  await db.query(`CREATE INDEX listing_article ON listing (article_id)`);
  await db.query(`
    INSERT INTO listing (list_id, published_at, article_id)
    SELECT DISTINCT list_id, published_at, id FROM article,
      unnest('{00000000-0000-0000-0000-000000000000}'::uuid[] || topic_ids || place_ids || author_ids || section_id) AS list_id
    WHERE state = 'published'`);
  await db.query(`
    ALTER TABLE article DROP COLUMN section_id, DROP COLUMN topic_ids, DROP COLUMN place_ids, DROP COLUMN author_ids`);
  await db.query(`DROP INDEX IF EXISTS article_newest`);
  await db.query(`DROP TABLE section, topic, place, author`);
}

async function search(db: QueryRunner): Promise<void> {
  await db.query(`CREATE EXTENSION IF NOT EXISTS pg_trgm`);
  await db.query(`CREATE EXTENSION IF NOT EXISTS fuzzystrmatch`);
  // A table of its own with its documents out of line, so that a scan of many hits reads few pages.
  await db.query(`
    CREATE TABLE article_search (
      article_id uuid PRIMARY KEY REFERENCES article ON DELETE CASCADE,
      published_at timestamptz NOT NULL,
      section_id uuid NOT NULL,
      document tsvector NOT NULL
    ) WITH (toast_tuple_target = 128)`);
  await db.query(`ALTER TABLE article_search ALTER document SET STORAGE external`);
  await db.query(`CREATE INDEX article_search_document ON article_search USING gin (document)`);
  await db.query(`CREATE TABLE search_word (word text PRIMARY KEY)`);
  await db.query(`CREATE INDEX search_word_trigrams ON search_word USING gin (word gin_trgm_ops)`);
  // Articles whose words are still to be learned for correcting typos.
  await db.query(`CREATE TABLE search_unlearned (article_id uuid PRIMARY KEY)`);
}
