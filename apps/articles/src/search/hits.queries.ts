import type { EntityManager } from 'typeorm';
import type { ArticleSummary } from '../article/article-summary.js';
import type { Query } from './tsquery.rules.js';

/** How many of the newest hits are ranked; older ones follow by date. */
export const RANKED = 500;

export interface Hit {
  readonly id: string;
  readonly at: Date;
  readonly summary: ArticleSummary;
}

export interface Hits {
  /** At most `limit`. */
  readonly hits: Hit[];
  /** The number of all hits. */
  readonly total: number;
}

/** Bounds of the time of publication. */
export interface Period {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

interface Row {
  readonly total: number;
  readonly id: string | null;
  readonly at: Date;
  readonly summary: ArticleSummary;
  readonly oldest_at: Date;
  readonly oldest_id: string;
}

const hit = `SELECT article_id, published_at FROM article_search
  WHERE document @@ $1::tsquery AND ($2::timestamptz IS NULL OR published_at >= $2)
    AND ($3::timestamptz IS NULL OR published_at < $3)`;

/**
 * The newest {@link RANKED} hits, the best first: a hit in the headline counts more than one in the body, a word more
 * than its compound, and of two equal hits the newer one counts more.
 */
export async function bestHits(
  tx: EntityManager,
  query: Query,
  { from, to }: Period,
  { asOf, offset, limit }: { readonly asOf: Date; readonly offset: number; readonly limit: number },
): Promise<Hits & { readonly oldestRanked?: { at: Date; id: string } }> {
  const rows: Row[] = await tx.query(
    `WITH hit AS MATERIALIZED (${hit} AND published_at <= $4), newest AS MATERIALIZED (
       SELECT article_id, published_at FROM hit ORDER BY published_at DESC, article_id DESC LIMIT ${RANKED}
     ), page AS (
       SELECT article_id, newest.published_at,
         (ts_rank(document, $5::tsquery, 1) + ts_rank(document, $1::tsquery, 1) / 2)
           * (1 + 2 * exp(-extract(epoch FROM $4 - newest.published_at) / (86400 * 30))) AS score
       FROM newest JOIN article_search USING (article_id)
       ORDER BY score DESC, newest.published_at DESC, article_id LIMIT $6 OFFSET $7
     ), counted AS (SELECT count(*)::int AS total FROM hit),
     oldest AS (SELECT article_id, published_at FROM newest ORDER BY published_at, article_id LIMIT 1)
     SELECT total, article.id, page.published_at AS at, summary, oldest.published_at AS oldest_at,
       oldest.article_id AS oldest_id
     FROM counted LEFT JOIN oldest ON true LEFT JOIN page ON true LEFT JOIN article ON article.id = page.article_id
     ORDER BY score DESC, page.published_at DESC, page.article_id`,
    [query.match, from ?? null, to ?? null, asOf, query.better, limit, offset],
  );
  const [{ oldest_at: at, oldest_id: id }] = rows as [Row];
  return { ...hitsOf(rows), ...(id && { oldestRanked: { at, id } }) };
}

/** Hits by their first publication, newest first. */
export async function newestHits(
  tx: EntityManager,
  query: Query,
  { from, to }: Period,
  { after, limit }: { readonly after?: { at: Date; id: string } | undefined; readonly limit: number },
): Promise<Hits> {
  const rows: Row[] = await tx.query(
    `WITH hit AS MATERIALIZED (${hit}), page AS (
       SELECT article_id, published_at FROM hit
       WHERE $4::timestamptz IS NULL OR (published_at, article_id) < ($4, $5)
       ORDER BY published_at DESC, article_id DESC LIMIT $6
     ), counted AS (SELECT count(*)::int AS total FROM hit)
     SELECT total, article.id, page.published_at AS at, summary
     FROM counted LEFT JOIN page ON true LEFT JOIN article ON article.id = page.article_id
     ORDER BY page.published_at DESC, page.article_id DESC`,
    [query.match, from ?? null, to ?? null, after?.at ?? null, after?.id ?? null, limit],
  );
  return hitsOf(rows);
}

const hitsOf = (rows: readonly Row[]): Hits => ({
  total: rows[0]!.total,
  hits: rows.flatMap(({ id, at, summary }) => (id ? [{ id, at, summary }] : [])),
});
