import type { EntityManager } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import { ALL_ARTICLES } from '../lists/listing.js';
import { documentOf, fieldsOf, wordsIn, type Field } from './search-document.js';
import { forget, lookUp, type Db, type Words } from './vocabulary.js';

/** A public article with its words. */
export interface Indexable {
  readonly article: ArticleSnapshot;
  readonly fields: readonly Field[];
}

export const indexable = (article: ArticleSnapshot): Indexable => ({ article, fields: fieldsOf(article) });

export const wordsOfAll = (articles: readonly Indexable[]) =>
  articles.flatMap(({ fields }) => wordsIn(fields));

/**
 * Indexes public articles for the search, with the lists that they are in. Compounds are found by the parts that the
 * vocabulary knows; `WordLearning` learns new words in the background.
 */
export async function putInSearch(tx: EntityManager, snapshots: readonly ArticleSnapshot[]): Promise<void> {
  const articles = snapshots.map(indexable);
  const words = await lookUp(tx, wordsOfAll(articles));
  await tx.query(
    `WITH written AS (${WRITE})
     INSERT INTO search_backlog (article_id) SELECT id FROM unnest($2::uuid[]) AS id ORDER BY id ON CONFLICT DO NOTHING`,
    [rowsOf(articles, words), snapshots.map(({ id }) => id)],
  );
}

/** Writes the documents that have changed. The articles must be locked against changes. */
export async function indexArticles(db: Db, articles: readonly Indexable[], words: Words): Promise<void> {
  if (articles.length > 0) await db.query(WRITE, [rowsOf(articles, words)]);
}

const rowsOf = (articles: readonly Indexable[], words: Words): string =>
  JSON.stringify(
    articles.map(({ article, fields }) => ({
      id: article.id,
      published_at: article.publishedAt,
      section_id: article.section.id,
      document: documentOf(fields, words),
    })),
  );

/** SQL: writes `$1`, rows as JSON. Adds the lists from their table. */
const WRITE = `
  INSERT INTO article_search AS stored (article_id, published_at, section_id, document)
  SELECT id, published_at, section_id, document::tsvector || array_to_tsvector(ARRAY(
    SELECT '@' || list_id FROM listing WHERE listing.article_id = id AND list_id <> '${ALL_ARTICLES}'))
  FROM json_to_recordset($1) AS article(id uuid, published_at timestamptz, section_id uuid, document text)
  ON CONFLICT (article_id) DO UPDATE SET published_at = excluded.published_at, section_id = excluded.section_id,
    document = excluded.document
  WHERE stored.document <> excluded.document OR stored.published_at <> excluded.published_at
    OR stored.section_id <> excluded.section_id`;

export async function removeFromSearch(tx: EntityManager, articleId: string): Promise<void> {
  for (const table of ['article_search', 'search_backlog', 'search_unlearned']) {
    await tx.sql`DELETE FROM ${() => table} WHERE article_id = ${articleId}`;
  }
}

/** Forgets the words that occur only in this text. */
export async function unlearnWords(tx: EntityManager, article: ArticleSnapshot): Promise<void> {
  const forms = wordsIn(fieldsOf(article)).map(({ form }) => form);
  await forget(tx, forms);
  // Words that an older version of the service learned.
  await tx.sql`
    DELETE FROM search_word WHERE word IN (SELECT lexeme FROM unnest(to_tsvector('german', ${forms.join(' ')})))
      AND NOT EXISTS (SELECT FROM article_search WHERE document @@ quote_literal(word)::tsquery)`;
}
