import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { Slug } from '#events';
import { filterTerms, type ListedTerm } from '../taxonomy/term.queries.js';
import { pageOf, readCursor } from './cursor.js';
import { ALL_ARTICLES } from './listing.js';

export const ListArticlesRequest = z.strictObject({
  section: Slug.optional(),
  topic: Slug.optional(),
  place: Slug.optional(),
  author: Slug.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
export type ListArticlesRequest = z.infer<typeof ListArticlesRequest>;

/** A page of a list, with its articles as JSON that is ready to send. */
export interface ArticleList {
  /** The terms that the list is filtered by. */
  readonly terms: ListedTerm[];
  /** Summaries, each as JSON. */
  readonly items: string[];
  /** Send it back as `cursor` for the next page; absent on the last. */
  readonly nextCursor?: string;
}

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly summary: string;
}

/**
 * Published articles that are in the lists of all named terms, newest first. A page starts after the article that the
 * cursor names, in an index with the same order: articles published in between neither shift nor repeat entries, and
 * every page costs the same.
 * @throws Refused `term.not-found`, `term.moved`, `list.bad-cursor`.
 */
export async function listArticles(db: EntityManager, request: ListArticlesRequest): Promise<ArticleList> {
  const terms = await filterTerms(db, request);
  const [list = ALL_ARTICLES, ...others] = terms.map(({ id }) => id);
  const after = request.cursor === undefined ? undefined : readCursor(request.cursor);
  const alsoIn = others.map(
    (_, i) => `JOIN listing AS also_${i} ON also_${i}.list_id = $${i + 3}
      AND also_${i}.published_at = listing.published_at AND also_${i}.article_id = listing.article_id`,
  );
  const values: unknown[] = [list, request.limit + 1, ...others];
  const afterCursor = after
    ? `AND (listing.published_at, listing.article_id) < ($${values.push(after.at)}, $${values.push(after.id)})`
    : '';
  // Assembled from parts: one join per further term.
  const found: Row[] = await db.query(
    `SELECT listing.article_id AS id, listing.published_at AS at, article.summary::text AS summary
     FROM listing ${alsoIn.join(' ')} JOIN article ON article.id = listing.article_id
     WHERE listing.list_id = $1 ${afterCursor}
     ORDER BY listing.published_at DESC, listing.article_id DESC LIMIT $2`,
    values,
  );
  const { items, ...next } = pageOf(found, request.limit, (row) => row);
  return { terms, items: items.map(({ summary }) => summary), ...next };
}
