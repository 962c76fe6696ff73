import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import { BackgroundWork } from '#jobs';
import { LOGGER, type Logger } from '#platform';
import { quoted } from './search-document.js';
import { indexable, indexArticles, wordsOfAll, type Indexable } from './search-index.js';
import { learn, lookUp, split, wordsAround } from './vocabulary.js';

/** Milliseconds between polls of the backlog. */
const LOOK_EVERY = 500;
/** Articles per transaction; an editor who changes one of them waits until it ends. */
const BATCH = 20;
/** Compounds to split again when a word that they may contain becomes known. */
const AROUND_A_WORD = 200;
/** Letters of the shortest word to look for in compounds. */
const SHORTEST_PART = 4;

/**
 * Learns the words of published articles, for splitting compounds and correcting typos, and indexes articles again when
 * their compounds are split differently. Runs apart from publishing, which would spend most of its time looking up the
 * parts of compounds; on one replica at a time, because two that learn the same words would wait for each other.
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
      const [{ locked }] = await tx.sql<[{ locked: boolean }]>`
        SELECT pg_try_advisory_xact_lock(hashtext('newsroom.word-learning')) AS locked`;
      if (!locked) return false;
      const articles = await take(tx);
      if (articles.length === 0) return false;
      const all = wordsOfAll(articles);
      const { words, fresh } = await learn(tx, all);
      if (fresh.length > 0) await splitAround(tx, fresh);
      // Covers articles that were published just before one of their compounds was split.
      await indexArticles(tx, articles, fresh.length > 0 ? await lookUp(tx, all) : words);
      return true;
    });
  }
}

/** Splits new words, and known ones that contain them. */
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

/** Public articles from the backlog, except those that are being changed, which stay queued. */
async function take(tx: EntityManager): Promise<Indexable[]> {
  const rows = await tx.sql<{ id: string; snapshot: ArticleSnapshot | null }[]>`
    SELECT article.id, article.snapshot FROM search_backlog JOIN article ON article.id = article_id
    LIMIT ${BATCH} FOR SHARE OF article SKIP LOCKED`;
  await tx.sql`DELETE FROM search_backlog WHERE article_id = ANY(${rows.map(({ id }) => id)})`;
  return rows.flatMap(({ snapshot }) => (snapshot ? [indexable(snapshot)] : []));
}

/** Queues the articles that have words of these stems. */
async function requeue(tx: EntityManager, stems: readonly string[]): Promise<void> {
  if (stems.length === 0) return;
  const anyStem = [...new Set(stems)].map(quoted).join(' | ');
  await tx.sql`
    INSERT INTO search_backlog (article_id) SELECT article_id FROM article_search WHERE document @@ ${anyStem}::tsquery
    ORDER BY article_id ON CONFLICT DO NOTHING`;
}
