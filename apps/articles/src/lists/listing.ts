import type { EntityManager } from 'typeorm';

/** The list of all published articles. Its id is one that no term has: the nil UUID. */
export const ALL_ARTICLES = '00000000-0000-0000-0000-000000000000';

/** A published article and the ids of its lists besides that of all articles. */
export interface Listed {
  readonly article: { readonly id: string; readonly publishedAt: Date };
  readonly lists: readonly string[];
}

/** Puts articles into their lists, ordered by their first publication. */
export async function enterLists(tx: EntityManager, all: readonly Listed[]): Promise<void> {
  const { lists, times, ids } = entriesOf(all);
  await tx.sql`
    INSERT INTO listing (list_id, published_at, article_id)
    SELECT * FROM unnest(${lists}::uuid[], ${times}::timestamptz[], ${ids}::uuid[]) ON CONFLICT DO NOTHING`;
}

/** Removes articles from the lists in which they no longer belong. */
export async function leaveLists(tx: EntityManager, all: readonly Listed[]): Promise<void> {
  if (all.length === 0) return;
  const { lists, times, ids } = entriesOf(all);
  await tx.sql`
    DELETE FROM listing WHERE article_id = ANY(${ids}::uuid[]) AND (list_id, published_at, article_id) NOT IN (
      SELECT * FROM unnest(${lists}::uuid[], ${times}::timestamptz[], ${ids}::uuid[]))`;
}

/** Removes an article from every list. */
export async function unlist(tx: EntityManager, articleId: string): Promise<void> {
  await tx.sql`DELETE FROM listing WHERE article_id = ${articleId}`;
}

function entriesOf(all: readonly Listed[]) {
  const entries = all.flatMap(({ article, lists }) =>
    [ALL_ARTICLES, ...lists].map((list) => ({ list, id: article.id, at: article.publishedAt })),
  );
  return {
    lists: entries.map(({ list }) => list),
    times: entries.map(({ at }) => at),
    ids: entries.map(({ id }) => id),
  };
}
