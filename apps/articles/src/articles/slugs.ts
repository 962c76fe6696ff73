import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { refuse } from '../problems.js';

/**
 * Every slug that an article has or had leads to it and to no other, so old addresses never show another story. What
 * was erased is remembered by its digest alone.
 */

/** @throws Refused `article.slug-taken` when it leads to another article. */
export async function claimSlug(tx: EntityManager, articleId: string, slug: string): Promise<void> {
  const claimed: unknown[] = await tx.query(
    `INSERT INTO article_slug (slug, article_id) SELECT $1, $2
     WHERE NOT EXISTS (SELECT FROM article_slug WHERE slug = $3)
     ON CONFLICT (slug) DO UPDATE SET article_id = excluded.article_id WHERE article_slug.article_id = $2
     RETURNING slug`,
    [slug, articleId, digestOf(slug)],
  );
  if (claimed.length === 0) throw refuse('article.slug-taken', { slug });
}

/** `wished`, or with a part of the id behind it where another article has it. */
export async function freeSlug(tx: EntityManager, wished: string, articleId: string): Promise<string> {
  const taken: unknown[] = await tx.query(`SELECT FROM article_slug WHERE slug IN ($1, $2)`, [
    wished,
    digestOf(wished),
  ]);
  return taken.length === 0 ? wished : `${wished}-${articleId.slice(-6)}`;
}

/** Gives a slug back that readers never knew. */
export async function releaseSlug(tx: EntityManager, articleId: string, slug: string): Promise<void> {
  await tx.query(`DELETE FROM article_slug WHERE article_id = $1 AND slug = $2`, [articleId, slug]);
}

/** Replaces an article's slugs by their digests: they hold words of the headline, but must go on answering «gone». */
export async function eraseSlugs(tx: EntityManager, articleId: string): Promise<void> {
  const [rows]: [{ slug: string }[], number] = await tx.query(
    `DELETE FROM article_slug WHERE article_id = $1 RETURNING slug`,
    [articleId],
  );
  await tx.query(`INSERT INTO article_slug (slug, article_id) SELECT unnest($2::text[]), $1`, [
    articleId,
    rows.map(({ slug }) => (slug.startsWith(PREFIX) ? slug : digestOf(slug))),
  ]);
}

const PREFIX = 'sha256:';
/** What is left of a text that was erased: enough to recognise it, not to read it. */
export const digestOf = (text: string): string => PREFIX + createHash('sha256').update(text).digest('hex');
