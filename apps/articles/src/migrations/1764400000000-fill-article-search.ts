import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Articles per statement; each statement commits on its own. */
const BATCH = 20;

/**
 * Indexes the articles that are older than the search, a few at a time: a change of one of them waits only briefly, and an
 * interrupted fill continues where it stopped. Articles that the service has already indexed stay as they are.
 */
export class FillArticleSearch1764400000000 implements MigrationInterface {
  readonly name = 'FillArticleSearch1764400000000';
  readonly transaction = false;

  async up(db: QueryRunner): Promise<void> {
    let last = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const batch: { id: string }[] = await db.query(
        `SELECT id FROM article WHERE state = 'published' AND id > $1 ORDER BY id LIMIT ${BATCH}`,
        [last],
      );
      if (batch.length === 0) return;
      last = batch.at(-1)!.id;
      await fill(
        db,
        batch.map(({ id }) => id),
      );
    }
  }

  async down(): Promise<void> {
    // The index stays; it is dropped with its table.
  }
}

async function fill(db: QueryRunner, ids: string[]): Promise<void> {
  await db.query(
    `WITH filled AS (
       INSERT INTO article_search (article_id, published_at, section_id, document)
       SELECT id, published_at, (snapshot->'section'->>'id')::uuid,
         setweight(to_tsvector('german', concat_ws(' ', snapshot->>'kicker', snapshot->>'headline')), 'A') ||
         setweight(to_tsvector('german', snapshot->>'lead'), 'B') ||
         setweight(to_tsvector('german', coalesce((
           SELECT string_agg(run->>'text', ' ') FROM json_array_elements(snapshot->'body') AS block,
             json_array_elements(coalesce(block->'runs', '[]')) AS run), '')), 'D')
       -- Locked, so that a retraction at the same moment is either seen here or removes what is put in.
       FROM (SELECT * FROM article WHERE id = ANY ($1) ORDER BY id FOR SHARE) AS article WHERE state = 'published'
       ON CONFLICT (article_id) DO NOTHING RETURNING article_id
     )
     INSERT INTO search_unlearned SELECT article_id FROM filled ON CONFLICT DO NOTHING`,
    [ids],
  );
}
