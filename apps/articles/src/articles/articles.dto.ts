import { z } from 'zod';
import { RetractionReason, Slug, type ArticleSnapshot } from '#events';
import { ArticleContent } from './article-content.js';
import type { Article } from './article.entity.js';

export const CreateArticleRequest = ArticleContent.extend({ slug: Slug.optional() });
export type CreateArticleRequest = z.infer<typeof CreateArticleRequest>;

export const RetractArticleRequest = z.strictObject({
  reason: RetractionReason,
  note: z.string().trim().min(1).max(500).optional(),
});
export type RetractArticleRequest = z.infer<typeof RetractArticleRequest>;

export const ListArticlesRequest = z.strictObject({
  section: Slug.optional(),
  topic: Slug.optional(),
  place: Slug.optional(),
  author: Slug.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
export type ListArticlesRequest = z.infer<typeof ListArticlesRequest>;

/** An article as the newsroom sees it. */
export const editorialResponse = ({
  id,
  slug,
  state,
  version,
  publishedVersion,
  draft,
  publishedAt,
}: Article) => ({
  id,
  slug,
  state,
  version,
  publishedVersion,
  publishedAt,
  content: draft,
});
export type EditorialArticleResponse = ReturnType<typeof editorialResponse>;

/** An article as a list shows it. */
export const articleSummary = ({ id, slug, kicker, headline, lead, ...article }: ArticleSnapshot) => ({
  id,
  slug,
  kicker,
  headline,
  shortHeadline: article.shortHeadline,
  lead,
  picture: article.cardPicture ?? article.leadPicture,
  section: article.section,
  access: article.access,
  label: article.label,
  publishedAt: article.publishedAt,
});
export type ArticleSummary = ReturnType<typeof articleSummary>;

export interface ArticleListResponse {
  readonly items: ArticleSummary[];
  /** Hand it back as `cursor` for the next page; absent on the last. */
  readonly nextCursor?: string;
}

export type ArticleResponse = ArticleSnapshot & { readonly version: number };
