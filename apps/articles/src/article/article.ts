import type { ArticleDraft } from '#api';
import type { ArticleSnapshot, RetractionReason } from '#events';
import type { ArticleRow, ArticleState } from './article.entity.js';
import type { ArticleSummary } from './article-summary.js';

/** An article, typed by its state. */
export type Article = DraftArticle | ScheduledArticle | PublishedArticle | RetractedArticle;

/** Neither public nor scheduled. */
export interface DraftArticle extends NotYetPublic {
  readonly state: 'draft';
}

/** Becomes public for the first time at `publishAt`. */
export interface ScheduledArticle extends NotYetPublic {
  readonly state: 'scheduled';
  readonly publishAt: Date;
}

/** Public. An update or a take-down may be scheduled. */
export interface PublishedArticle extends ArticleRow {
  readonly state: 'published';
  readonly draft: ArticleDraft;
  readonly snapshot: ArticleSnapshot;
  readonly summary: ArticleSummary;
  readonly publishedVersion: number;
  readonly publishedAt: Date;
}

/** Taken down for good. The newsroom keeps the text until a purge. */
export interface RetractedArticle extends ArticleRow {
  readonly state: 'retracted';
  readonly publishedVersion: number;
  readonly retractedAt: Date;
  readonly retractionReason: RetractionReason;
}

interface NotYetPublic extends ArticleRow {
  readonly draft: ArticleDraft;
  readonly snapshot: null;
  readonly publishedVersion: null;
}

/** An article that can still be changed and published. */
export type LiveArticle = Exclude<Article, RetractedArticle>;

/** The columns that a state requires. */
const required: { readonly [state in ArticleState]: readonly (keyof ArticleRow)[] } = {
  draft: ['draft'],
  scheduled: ['draft', 'publishAt'],
  published: ['draft', 'snapshot', 'summary', 'publishedVersion', 'publishedAt'],
  retracted: ['publishedVersion', 'retractedAt', 'retractionReason'],
};

/** @throws Error when a column that the state requires is null: the row was changed by hand. */
export function articleOf(row: ArticleRow): Article {
  const missing = required[row.state].filter((column) => row[column] === null);
  if (missing.length > 0) throw new Error(`The ${row.state} article ${row.id} has no ${missing.join(', ')}.`);
  return row as Article;
}
