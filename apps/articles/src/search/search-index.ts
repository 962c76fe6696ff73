import type { EntityManager } from 'typeorm';
import { textsOf, type ArticleSnapshot } from '#events';

/**
 * The words of each public article, stemmed as German: the stemmer takes ä, ae and a, ö, ü, ß and ss for one. Words of
 * the headline weigh most, then those of the lead, then names, then the body.
 */
export async function putInSearch(tx: EntityManager, snapshots: readonly ArticleSnapshot[]): Promise<void> {
  const rows = snapshots.map((article) => ({
    id: article.id,
    published_at: article.publishedAt,
    section_id: article.section.id,
    ...searchableTexts(article),
  }));
  await tx.query(
    `WITH searchable AS (
       INSERT INTO article_search (article_id, published_at, section_id, document)
       SELECT id, published_at, section_id, setweight(to_tsvector('german', headline), 'A') ||
         setweight(to_tsvector('german', lead), 'B') || setweight(to_tsvector('german', names), 'C') ||
         setweight(to_tsvector('german', body), 'D')
       FROM json_to_recordset($1) AS article(id uuid, published_at timestamptz, section_id uuid, headline text,
         lead text, names text, body text)
       ON CONFLICT (article_id) DO UPDATE SET published_at = excluded.published_at, section_id = excluded.section_id,
         document = excluded.document
       RETURNING article_id
     )
     INSERT INTO search_unlearned (article_id) SELECT article_id FROM searchable ON CONFLICT DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

export async function removeFromSearch(tx: EntityManager, articleId: string): Promise<void> {
  await tx.query(`DELETE FROM article_search WHERE article_id = $1`, [articleId]);
  await tx.query(`DELETE FROM search_unlearned WHERE article_id = $1`, [articleId]);
}

/** Forgets the words that only this text had. */
export async function unlearnWords(tx: EntityManager, article: ArticleSnapshot): Promise<void> {
  const { headline, lead, names, body } = searchableTexts(article);
  await tx.query(
    `DELETE FROM search_word WHERE word IN (SELECT lexeme FROM unnest(to_tsvector('german', $1)))
       AND NOT EXISTS (SELECT FROM article_search WHERE document @@ quote_literal(word)::tsquery)`,
    [[headline, lead, names, body].join('\n')],
  );
}

const searchableTexts = ({ kicker, headline, shortHeadline, lead, ...article }: ArticleSnapshot) => ({
  headline: normal([kicker, headline, shortHeadline]),
  lead: normal([lead]),
  names: normal(
    [
      ...article.byline,
      article.section,
      ...article.topics,
      ...article.places,
      { name: article.dateline.place },
    ].map(({ name }) => name),
  ),
  body: normal(article.body.flatMap(textsOf)),
});

const normal = (texts: readonly (string | undefined)[]): string => searchable(texts.join('\n'));

/**
 * Text as PostgreSQL is to read it: letters with their marks as one character, whichever way they were typed, and
 * without the angle brackets that would make it take words for tags and pass over them. What was normalised before
 * keeps its length.
 */
export const searchable = (text: string): string => text.normalize('NFC').replace(/[<>]/g, ' ');
