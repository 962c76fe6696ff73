import type { EntityManager } from 'typeorm';
import { searchable } from './search-index.js';

/** A query of PostgreSQL's text search, in its text form. */
export type Query = string;

/**
 * What readers type, as a query: words are joined by «and», «"…"» is a phrase, «or» and «-» mean what they mean to
 * everyone. @returns undefined when no word is left that could be searched for.
 */
export async function queryOf(db: EntityManager, typed: string): Promise<Query | undefined> {
  const [row]: { query: string }[] = await db.query(
    `SELECT websearch_to_tsquery('german', $1)::text AS query`,
    [searchable(typed)],
  );
  return row!.query || undefined;
}

/** Letters from which on a word may have a typing error, and two. */
const MAY_BE_MISTYPED = 4;
const MAY_BE_MISTYPED_TWICE = 7;
/** Words tried in place of one. */
const ALTERNATIVES = 4;

/**
 * The query with the words beside each of its words that differ by one letter, or by two in long words.
 * @returns undefined when there are none.
 */
export async function withSimilarWords(tx: EntityManager, query: Query): Promise<Query | undefined> {
  const words = [...new Set([...query.matchAll(LEXEME)].map(([, , word]) => unquoted(word!)))];
  // The net of trigrams is cast wide, the distance decides.
  await tx.query(`SET LOCAL pg_trgm.similarity_threshold = 0.2`);
  const rows: { word: string; similar: string[] }[] = await tx.query(
    `SELECT word, ARRAY(
       SELECT known.word FROM search_word AS known
       WHERE known.word % asked.word AND known.word <> asked.word
         AND levenshtein_less_equal(known.word, asked.word, most) <= most
       ORDER BY levenshtein(known.word, asked.word), similarity(known.word, asked.word) DESC LIMIT ${ALTERNATIVES}
     ) AS similar
     FROM (SELECT word, CASE WHEN length(word) < ${MAY_BE_MISTYPED_TWICE} THEN 1 ELSE 2 END AS most
           FROM unnest($1::text[]) AS word WHERE length(word) BETWEEN ${MAY_BE_MISTYPED} AND 40) AS asked`,
    [words],
  );
  const similar = new Map(rows.filter((row) => row.similar.length > 0).map((row) => [row.word, row.similar]));
  if (similar.size === 0) return undefined;
  return query.replace(LEXEME, (lexeme, not: string, word: string) => {
    const others = not ? undefined : similar.get(unquoted(word));
    return others ? `(${[lexeme, ...others.map(quoted)].join(' | ')})` : lexeme;
  });
}

/** A word of a query in its text form, with the «not» before it. */
const LEXEME = /(!?)'((?:[^']|'')+)'/g;
const unquoted = (word: string): string => word.replaceAll("''", "'");
const quoted = (word: string): string => `'${word.replaceAll("'", "''")}'`;
