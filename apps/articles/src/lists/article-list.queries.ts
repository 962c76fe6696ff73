import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { Slug } from '#events';
import { cursorOf, readCursor } from './cursor.js';
import { ALL_ARTICLES } from './listing.js';
import type { TermKind } from '../taxonomy/term.entity.js';
import { filterTerms } from '../taxonomy/term.queries.js';
import type { TermResponse } from '../taxonomy/term.rules.js';

export const ListArticlesRequest = z.strictObject({
  section: Slug.optional(),
  topic: Slug.optional(),
  place: Slug.optional(),
  author: Slug.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
export type ListArticlesRequest = z.infer<typeof ListArticlesRequest>;

/** A page of a list, with its articles as JSON that is ready to be sent. */
export interface ArticleList {
  /** What the list is filtered by. */
  readonly terms: (TermResponse & { readonly kind: TermKind })[];
  /** Summaries, each as JSON. */
  readonly items: string[];
  /** Hand it back as `cursor` for the next page; absent on the last. */
  readonly nextCursor?: string;
}

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly summary: string;
}

/**
 * Published articles in the lists of all named terms, newest first. A page starts behind the article that the cursor
 * names, in an index that is in this very order: articles published meanwhile neither shift nor repeat anything, and the
 * thousandth page costs what the first does.
 * @throws Refused `term.not-found`, `term.moved`, `list.bad-cursor`.
 */
export async function listArticles(db: DataSource, request: ListArticlesRequest): Promise<ArticleList> {
  const terms = await filterTerms(db, request);
  const lists = terms.length > 0 ? terms.map(({ id }) => id) : [ALL_ARTICLES];
  const after = request.cursor === undefined ? undefined : readCursor(request.cursor);
  const alsoIn = lists.slice(1).map(
    (_, i) => `JOIN listing AS also_${i} ON also_${i}.list_id = $${i + 3}
      AND also_${i}.published_at = listing.published_at AND also_${i}.article_id = listing.article_id`,
  );
  const values: unknown[] = [lists[0], request.limit + 1, ...lists.slice(1)];
  const behind = after
    ? `AND (listing.published_at, listing.article_id) < ($${values.push(after.at)}, $${values.push(after.id)})`
    : '';
  const found: Row[] = await db.query(
    `SELECT listing.article_id AS id, listing.published_at AS at, article.summary::text AS summary
     FROM listing ${alsoIn.join(' ')} JOIN article ON article.id = listing.article_id
     WHERE listing.list_id = $1 ${behind}
     ORDER BY listing.published_at DESC, listing.article_id DESC LIMIT $2`,
    values,
  );
  const page = found.slice(0, request.limit);
  const last = page.at(-1);
  return {
    terms,
    items: page.map(({ summary }) => summary),
    ...(found.length > page.length && last && { nextCursor: cursorOf(last) }),
  };
}
