import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import { indexable, indexArticles, wordsOfAll, type Indexable } from '../search/search-index.js';
import { learn, lookUp, split } from '../search/vocabulary.js';

/** Articles, and words, per transaction: a change of one of them waits only briefly. */
const ARTICLES = 20;
const WORDS = 200;

const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * Learns the words of all public articles, splits the compounds among them, then rewrites the documents. The code is
 * the service's own, since its queries must find these documents. An interrupted fill continues where it stopped; old
 * replicas find their words in the new documents, too.
 */
export class FillSearchVocabulary1764800000001 implements MigrationInterface {
  readonly name = 'FillSearchVocabulary1764800000001';
  readonly transaction = false;

  async up(db: QueryRunner): Promise<void> {
    const seen = new Set<string>();
    await everyArticle(db, async (articles) => {
      const words = wordsOfAll(articles).filter(({ form }) => !seen.has(form));
      await learn(db, words);
      for (const { form } of words) seen.add(form);
    });
    await everyWord(db, async (forms) => {
      await split(db, forms);
    });
    await everyArticle(db, async (articles) => {
      await indexArticles(db, articles, await lookUp(db, wordsOfAll(articles)));
    });
  }

  async down(): Promise<void> {
    // The old version reads these documents, too.
  }
}

/** Locks and visits the public articles whose documents have the old format. */
async function everyArticle(db: QueryRunner, work: (articles: Indexable[]) => Promise<void>): Promise<void> {
  let last: string | undefined = NIL;
  while (last) {
    await db.query('BEGIN');
    const rows: { id: string; snapshot: ArticleSnapshot }[] = await db.query(
      `SELECT id, snapshot FROM article WHERE state = 'published' AND id > $1 AND (
         SELECT document @@ '''#2'''::tsquery FROM article_search WHERE article_id = id) IS NOT TRUE
       ORDER BY id LIMIT ${ARTICLES} FOR SHARE`,
      [last],
    );
    await work(rows.map(({ snapshot }) => indexable(snapshot)));
    await db.query('COMMIT');
    last = rows.at(-1)?.id;
  }
}

/** Short words first, because long ones consist of them. */
async function everyWord(db: QueryRunner, work: (forms: string[]) => Promise<void>): Promise<void> {
  const words: { form: string }[] = await db.query(
    `SELECT form FROM search_vocabulary WHERE length(form) > 5 ORDER BY length(form), form`,
  );
  for (let i = 0; i < words.length; i += WORDS) {
    await work(words.slice(i, i + WORDS).map(({ form }) => form));
  }
}
