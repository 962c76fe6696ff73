import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Articles per statement; each statement commits on its own. */
const BATCH = 500;

/**
 * Repairs data of earlier versions: releases slugs that were never published, although readers found an article
 * under them, and adds missing revisions of public versions with renamed terms. Safe to run again.
 */
export class FillSlugsAndRevisions1764600000001 implements MigrationInterface {
  readonly name = 'FillSlugsAndRevisions1764600000001';
  readonly transaction = false;

  async up(db: QueryRunner): Promise<void> {
    let last = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const batch: { id: string }[] = await db.query(
        `SELECT id FROM article WHERE published_version IS NOT NULL AND id > $1 ORDER BY id LIMIT ${BATCH}`,
        [last],
      );
      if (batch.length === 0) return;
      last = batch.at(-1)!.id;
      const ids = batch.map(({ id }) => id);
      await addRevisions(db, ids);
      await hideSlugs(db, ids);
    }
  }

  async down(): Promise<void> {
    // The previous version works with the filled rows.
  }
}

async function addRevisions(db: QueryRunner, ids: string[]): Promise<void> {
  await db.query(
    `INSERT INTO revision (article_id, version, snapshot, created_at, by_id, by_name)
     SELECT article.id, published_version, snapshot, coalesce(line.at, updated_at),
       coalesce(line.by_id, ''), coalesce(line.by_name, '')
     -- Locked, so that a retraction or a purge at the same moment comes before or after.
     FROM (SELECT * FROM article WHERE id = ANY ($1) ORDER BY id FOR SHARE) AS article
       LEFT JOIN LATERAL (
         SELECT at, by_id, by_name FROM audit
         WHERE audit.article_id = article.id AND audit.version = published_version ORDER BY audit.id LIMIT 1
       ) AS line ON true
     WHERE snapshot IS NOT NULL
       AND NOT EXISTS (SELECT FROM revision WHERE article_id = article.id AND version = published_version)
     ON CONFLICT DO NOTHING`,
    [ids],
  );
}

async function hideSlugs(db: QueryRunner, ids: string[]): Promise<void> {
  const neverPublic = `article.id = ANY ($1) AND article_slug.article_id = article.id
    AND article_slug.slug <> article.slug AND article_slug.slug NOT LIKE 'sha256:%'
    AND NOT EXISTS (
      SELECT FROM revision WHERE revision.article_id = article.id AND snapshot->>'slug' = article_slug.slug)`;
  const ofWorkingCopy = `article.state = 'published' AND article_slug.slug = article.draft->>'slug'`;
  await db.query(
    `UPDATE article_slug SET reserved = true FROM article WHERE ${neverPublic} AND ${ofWorkingCopy}`,
    [ids],
  );
  await db.query(
    `DELETE FROM article_slug USING article WHERE ${neverPublic} AND (${ofWorkingCopy}) IS NOT TRUE`,
    [ids],
  );
}
