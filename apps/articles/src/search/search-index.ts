import type { EntityManager } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import { ALL_ARTICLES } from '../publishing/listing.js';
import { documentOf, fieldsOf, wordsIn } from './search-document.js';
import { forget, lookUp, type Db } from './vocabulary.js';

/**
 * Puts public articles into the search, with the lists that they are in. Compounds are found by the parts that the
 * vocabulary knows; `WordLearning` learns new words in the background.
 */
export async function putInSearch(tx: EntityManager, snapshots: readonly ArticleSnapshot[]): Promise<void> {
  await indexArticles(tx, snapshots);
  await tx.query(
    `INSERT INTO search_backlog (article_id) SELECT id FROM unnest($1::uuid[]) AS id ORDER BY id ON CONFLICT DO NOTHING`,
    [snapshots.map(({ id }) => id)],
  );
}

/** Writes the documents that are not yet as they should be. Articles must be locked against changes. */
export async function indexArticles(db: Db, snapshots: readonly ArticleSnapshot[]): Promise<void> {
  if (snapshots.length === 0) return;
  const articles = snapshots.map((article) => ({ article, fields: fieldsOf(article) }));
  const words = await lookUp(
    db,
    articles.flatMap(({ fields }) => wordsIn(fields)),
  );
  const lists = await listsOf(
    db,
    snapshots.map(({ id }) => id),
  );
  const rows = articles.map(({ article, fields }) => ({
    id: article.id,
    published_at: article.publishedAt,
    section_id: article.section.id,
    document: documentOf(fields, lists.get(article.id) ?? [], words),
  }));
  await db.query(
    `INSERT INTO article_search AS stored (article_id, published_at, section_id, document)
     SELECT id, published_at, section_id, document::tsvector
     FROM json_to_recordset($1) AS article(id uuid, published_at timestamptz, section_id uuid, document text)
     ON CONFLICT (article_id) DO UPDATE SET published_at = excluded.published_at, section_id = excluded.section_id,
       document = excluded.document
     WHERE stored.document <> excluded.document OR stored.published_at <> excluded.published_at
       OR stored.section_id <> excluded.section_id`,
    [JSON.stringify(rows)],
  );
}

async function listsOf(db: Db, ids: readonly string[]): Promise<Map<string, string[]>> {
  const rows: { id: string; lists: string[] }[] = await db.query(
    `SELECT article_id AS id, array_agg(list_id ORDER BY list_id) AS lists FROM listing
     WHERE article_id = ANY($1) AND list_id <> $2 GROUP BY article_id`,
    [ids, ALL_ARTICLES],
  );
  return new Map(rows.map(({ id, lists }) => [id, lists]));
}

export async function removeFromSearch(tx: EntityManager, articleId: string): Promise<void> {
  for (const table of ['article_search', 'search_backlog', 'search_unlearned']) {
    await tx.query(`DELETE FROM ${table} WHERE article_id = $1`, [articleId]);
  }
}

/** Forgets the words that only this text had. */
export async function unlearnWords(tx: EntityManager, article: ArticleSnapshot): Promise<void> {
  const forms = wordsIn(fieldsOf(article)).map(({ form }) => form);
  await forget(tx, forms);
  // What the version before learned.
  await tx.query(
    `DELETE FROM search_word WHERE word IN (SELECT lexeme FROM unnest(to_tsvector('german', $1)))
       AND NOT EXISTS (SELECT FROM article_search WHERE document @@ quote_literal(word)::tsquery)`,
    [forms.join(' ')],
  );
}
