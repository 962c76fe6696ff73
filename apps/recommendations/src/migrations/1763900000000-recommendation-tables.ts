import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RecommendationTables1763900000000 implements MigrationInterface {
  readonly name = 'RecommendationTables1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE card (
        article_id uuid PRIMARY KEY,
        version integer NOT NULL,
        gone boolean NOT NULL DEFAULT false,
        card json,
        section text,
        topics text[] NOT NULL DEFAULT '{}',
        places text[] NOT NULL DEFAULT '{}',
        terms text[] NOT NULL DEFAULT '{}',
        published_at timestamptz
      )`);
    await db.query(`CREATE INDEX card_section ON card (section, published_at DESC) WHERE NOT gone`);
    for (const column of ['topics', 'places', 'terms']) {
      await db.query(`CREATE INDEX card_${column} ON card USING gin (${column}) WHERE NOT gone`);
    }
    await db.query(`
      CREATE TABLE related (
        article_id uuid NOT NULL,
        neighbour_id uuid NOT NULL,
        score real NOT NULL,
        PRIMARY KEY (article_id, neighbour_id)
      )`);
    await db.query(`CREATE INDEX related_best ON related (article_id, score DESC)`);
    await db.query(`CREATE INDEX related_neighbour ON related (neighbour_id)`);
    await db.query(`
      CREATE TABLE slot (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        slug text NOT NULL UNIQUE,
        rail text NOT NULL CHECK (rail IN ('related', 'section', 'topic', 'place')),
        position integer NOT NULL CHECK (position BETWEEN 1 AND 4),
        section text,
        label text NOT NULL CHECK (label IN ('paid', 'partner')),
        sponsor text NOT NULL,
        kicker text NOT NULL,
        headline text NOT NULL,
        picture json NOT NULL,
        url text NOT NULL
      )`);
    await db.query(`
      CREATE TABLE interactions (
        article_id uuid PRIMARY KEY,
        comments integer NOT NULL DEFAULT 0,
        comments_rev integer NOT NULL DEFAULT 0,
        votes integer NOT NULL DEFAULT 0,
        rev integer NOT NULL DEFAULT 0,
        untold boolean NOT NULL DEFAULT false,
        told_at timestamptz
      )`);
    await db.query(`CREATE INDEX interactions_untold ON interactions (article_id) WHERE untold`);
    await db.query(`
      CREATE TABLE poll_votes (
        poll_id uuid PRIMARY KEY,
        article_id uuid NOT NULL,
        votes integer NOT NULL,
        rev integer NOT NULL
      )`);
    await db.query(`CREATE INDEX poll_votes_article ON poll_votes (article_id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE poll_votes, interactions, slot, related, card`);
  }
}
