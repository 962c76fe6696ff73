import type { EntityManager } from 'typeorm';

/** The id of the list of all published articles. */
export const ALL_ARTICLES = '00000000-0000-0000-0000-000000000000';

/** SQL: whether anything is published under the term that the table name or alias stands for; until then readers do not see it. */
export const isListed = (term: string): string => `EXISTS (SELECT FROM listing WHERE list_id = ${term}.id)`;

/** An article and the ids of the lists, besides that of all, in which it is to stand. */
export interface Listed {
  readonly article: { readonly id: string; readonly publishedAt: Date | null };
  readonly lists: readonly string[];
}

/** Puts articles into their lists, under the time of their first publication. */
export async function enterLists(tx: EntityManager, all: readonly Listed[]): Promise<void> {
  await tx.query(
    `INSERT INTO listing (list_id, published_at, article_id)
     SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) ON CONFLICT DO NOTHING`,
    rowsOf(all),
  );
}

/** Takes articles out of the lists in which they no longer belong. */
export async function leaveLists(tx: EntityManager, all: readonly Listed[]): Promise<void> {
  if (all.length === 0) return;
  await tx.query(
    `DELETE FROM listing WHERE article_id = ANY($3::uuid[]) AND (list_id, published_at, article_id) NOT IN (
       SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[]))`,
    rowsOf(all),
  );
}

function rowsOf(all: readonly Listed[]): [lists: string[], times: Date[], articles: string[]] {
  const rows = all.flatMap(({ article, lists }) =>
    [ALL_ARTICLES, ...lists].map((list) => ({ list, id: article.id, at: article.publishedAt! })),
  );
  return [rows.map(({ list }) => list), rows.map(({ at }) => at), rows.map(({ id }) => id)];
}

/** Takes an article out of every list. */
export async function unlist(tx: EntityManager, articleId: string): Promise<void> {
  await tx.query(`DELETE FROM listing WHERE article_id = $1`, [articleId]);
}
