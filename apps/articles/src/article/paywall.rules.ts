import type { ArticleSnapshot } from '#events';

/** Blocks of a paid article's body that everybody may read. At least one block is always withheld. */
const FREE_BLOCKS = 2;

/** An article as a reader gets it: complete, or `restricted` to its free part. */
export type ReadableArticle = ArticleSnapshot & { readonly restricted?: true };

/**
 * An article for readers without a subscription: a paid one is cut to the first blocks of its body. Lead, lead picture
 * and corrections stay. Everything public uses this rule: API, page, search, feeds, ninjs.
 */
export function readableWithoutSubscription(article: ArticleSnapshot): ReadableArticle {
  if (article.access === 'free') return article;
  const free = Math.min(FREE_BLOCKS, article.body.length - 1);
  return { ...article, body: article.body.slice(0, free), restricted: true };
}
