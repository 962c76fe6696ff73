import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import { BackgroundWork } from '#jobs';
import { LOGGER, type Logger } from '#platform';
import { quoted } from './search-document.js';
import { indexable, indexArticles, wordsOfAll, type Indexable } from './search-index.js';
import { learn, lookUp, split, wordsAround } from './vocabulary.js';

/** Milliseconds. */
const LOOK_EVERY = 500;
/** Articles of one transaction: an editor who changes one of them waits for it. */
const BATCH = 20;
/** Compounds that are looked at again when a word becomes known that they may be made of. */
const AROUND_A_WORD = 200;
/** Letters of a word that is looked for in compounds. */
const SHORTEST_PART = 4;

/**
 * Learns the words of published articles, for splitting compounds and for finding what is mistyped, and indexes articles
 * again whose compounds are split otherwise by it. Beside publishing, since looking for the words that compounds are made
 * of would be most of the work; one replica at a time, since two that learn the same words would wait for each other.
 */
@Injectable()
export class WordLearning extends BackgroundWork {
  constructor(
    private readonly db: DataSource,
    @Inject(LOGGER) log: Logger,
  ) {
    super('word-learning', LOOK_EVERY, log);
  }

  protected round(): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [{ locked }] = await tx.query(
        `SELECT pg_try_advisory_xact_lock(hashtext('newsroom.word-learning')) AS locked`,
      );
      if (!locked) return false;
      const articles = await take(tx);
      if (articles.length === 0) return false;
      const all = wordsOfAll(articles);
      const { words, fresh } = await learn(tx, all);
      if (fresh.length > 0) await splitAround(tx, fresh);
      // Those that were published a moment before a compound of theirs was split are written here, too.
      await indexArticles(tx, articles, fresh.length > 0 ? await lookUp(tx, all) : words);
      return true;
    });
  }
}

/** Splits new words, and known ones that are made of them. */
async function splitAround(tx: EntityManager, fresh: readonly string[]): Promise<void> {
  await split(tx, fresh);
  const parts = fresh.filter((form) => form.length >= SHORTEST_PART);
  const around = await wordsAround(tx, parts, AROUND_A_WORD);
  const changed = await split(
    tx,
    around.map(({ form }) => form),
  );
  await requeue(tx, changed);
}

/** Public articles from the backlog. Those that are being changed are left: their change puts them there again. */
async function take(tx: EntityManager): Promise<Indexable[]> {
  const rows: { id: string; snapshot: ArticleSnapshot | null }[] = await tx.query(
    `SELECT article.id, article.snapshot FROM search_backlog JOIN article ON article.id = article_id
     LIMIT ${BATCH} FOR SHARE OF article SKIP LOCKED`,
  );
  await tx.query(`DELETE FROM search_backlog WHERE article_id = ANY($1)`, [rows.map(({ id }) => id)]);
  return rows.flatMap(({ snapshot }) => (snapshot ? [indexable(snapshot)] : []));
}

/** Puts the articles that have words of these stems into the backlog. */
async function requeue(tx: EntityManager, stems: readonly string[]): Promise<void> {
  if (stems.length === 0) return;
  await tx.query(
    `INSERT INTO search_backlog (article_id) SELECT article_id FROM article_search WHERE document @@ $1::tsquery
     ORDER BY article_id ON CONFLICT DO NOTHING`,
    [[...new Set(stems)].map(quoted).join(' | ')],
  );
}
