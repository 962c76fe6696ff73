import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork, LOGGER, type Logger } from '#platform';

/** Milliseconds. */
const LOOK_EVERY = 500;
const BATCH = 100;

/**
 * Learns the words of published articles, for finding what is mistyped. Beside publishing, since most of an article's
 * words are known already and looking at each would be most of the work; one replica at a time, since two that learn the
 * same words would wait for each other.
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
      const [taken]: [{ article_id: string }[], number] = await tx.query(
        `DELETE FROM search_unlearned WHERE article_id IN (
           SELECT article_id FROM search_unlearned LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) RETURNING article_id`,
      );
      await tx.query(
        `INSERT INTO search_word (word)
         SELECT DISTINCT word FROM article_search, unnest(tsvector_to_array(document)) AS word
         WHERE article_id = ANY($1) AND length(word) BETWEEN 3 AND 40 AND word ~ '^[[:alpha:]]+$'
         ON CONFLICT DO NOTHING`,
        [taken.map((row) => row.article_id)],
      );
      return taken.length === BATCH;
    });
  }
}
