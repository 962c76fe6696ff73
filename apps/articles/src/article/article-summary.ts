import type { ArticleSnapshot } from '#events';

/** An article as lists show it. */
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
  sponsor: article.sponsor,
  publishedAt: article.publishedAt,
});
export type ArticleSummary = ReturnType<typeof articleSummary>;
