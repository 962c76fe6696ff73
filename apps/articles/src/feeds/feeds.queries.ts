import type { EntityManager } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import type { ArticleSummary } from '../article/article-summary.js';
import { ALL_ARTICLES } from '../lists/listing.js';
import { newsSitemapLimits } from './news-sitemap.js';

/** The newest articles of a list. */
export async function newestIn(db: EntityManager, listId: string, limit: number): Promise<ArticleSnapshot[]> {
  const rows = await db.sql<{ snapshot: ArticleSnapshot }[]>`
    SELECT snapshot FROM listing JOIN article ON article.id = article_id
    WHERE list_id = ${listId} ORDER BY listing.published_at DESC, article_id DESC LIMIT ${limit}`;
  return rows.map(({ snapshot }) => snapshot);
}

/** The articles that a news sitemap may contain, newest first. */
export async function recentNews(db: EntityManager): Promise<ArticleSummary[]> {
  const { hours, items } = newsSitemapLimits;
  const rows = await db.sql<{ summary: ArticleSummary }[]>`
    SELECT summary FROM listing JOIN article ON article.id = article_id
    WHERE list_id = ${ALL_ARTICLES} AND listing.published_at > now() - make_interval(hours => ${hours})
      AND summary->>'label' = 'none'
    ORDER BY listing.published_at DESC, article_id DESC LIMIT ${items}`;
  return rows.map(({ summary }) => summary);
}

/** When any article was last retracted. */
export async function lastRetraction(db: EntityManager): Promise<Date | null> {
  const [{ at }] = await db.sql<[{ at: Date | null }]>`SELECT max(retracted_at) AS at FROM article`;
  return at;
}
