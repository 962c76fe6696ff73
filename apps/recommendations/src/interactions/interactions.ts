import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { SnapshotSource } from '#messaging';
import { afterCommit, CACHE, type Cache, type CacheEntry } from '#platform';
import { readThrough } from '../cache/read-through.js';
import { findCounts, type Counts } from './interactions.queries.js';
import { CountEmitter } from './count-emitter.js';

/** Seconds that a count is cached. Events update the cache. */
const TTL = 30;

interface CountsRow extends Counts {
  readonly article_id: string;
  readonly rev: number;
}

const keyOf = (id: string): string => `count:${id}`;
const entryOf = ({ article_id: id, rev: version, comments, votes }: CountsRow): CacheEntry => ({
  key: keyOf(id),
  value: JSON.stringify({ comments, votes }),
  version,
});

/** The interactions of articles: published comments and poll votes, as absolute counts guarded by `rev`. */
@Injectable()
export class Interactions implements SnapshotSource {
  constructor(
    private readonly db: DataSource,
    private readonly emitter: CountEmitter,
    @Inject(CACHE) private readonly cache: Cache,
  ) {}

  /** Stores the count of comments, unless a newer one is known. A different count with the same `rev` corrects it. */
  async setComments(tx: EntityManager, articleId: string, comments: number, rev: number): Promise<void> {
    const rows: CountsRow[] = await tx.query(
      `INSERT INTO interactions (article_id, comments, comments_rev, rev, emission_pending) VALUES ($1, $2, $3, 1, true)
       ON CONFLICT (article_id) DO UPDATE SET comments = excluded.comments, comments_rev = excluded.comments_rev,
         rev = interactions.rev + 1, emission_pending = true
       WHERE interactions.comments_rev < excluded.comments_rev
         OR (interactions.comments_rev = excluded.comments_rev AND interactions.comments <> excluded.comments)
       RETURNING article_id, comments, votes, rev`,
      [articleId, comments, rev],
    );
    this.emitter.wakeAfterCommit(tx);
    afterCommit(tx, () => this.cache.put(rows.map(entryOf), TTL));
  }

  /** Stores the votes of one poll, unless newer ones are known. An article's votes are the sum over its polls. */
  async setVotes(
    tx: EntityManager,
    articleId: string,
    pollId: string,
    votes: number,
    rev: number,
  ): Promise<void> {
    // Lock the article's row first, because all its polls and comments change it.
    await tx.sql`INSERT INTO interactions (article_id) VALUES (${articleId}) ON CONFLICT DO NOTHING`;
    await tx.sql`SELECT 1 FROM interactions WHERE article_id = ${articleId} FOR UPDATE`;
    const changed = await tx.sql<object[]>`
      INSERT INTO poll_votes (poll_id, article_id, votes, rev) VALUES (${pollId}, ${articleId}, ${votes}, ${rev})
      ON CONFLICT (poll_id) DO UPDATE SET votes = excluded.votes, rev = excluded.rev
      WHERE poll_votes.rev < excluded.rev OR (poll_votes.rev = excluded.rev AND poll_votes.votes <> excluded.votes)
      RETURNING poll_id`;
    if (changed.length === 0) return;
    const [rows]: [CountsRow[], number] = await tx.query(
      `UPDATE interactions SET votes = (SELECT coalesce(sum(votes), 0) FROM poll_votes WHERE article_id = $1),
         rev = rev + 1, emission_pending = true
       WHERE article_id = $1 RETURNING article_id, comments, votes, rev`,
      [articleId],
    );
    this.emitter.wakeAfterCommit(tx);
    afterCommit(tx, () => this.cache.put(rows.map(entryOf), TTL));
  }

  async of(ids: readonly string[]): Promise<Map<string, Counts>> {
    return this.complete(ids, await this.cache.getMany(this.keys(ids)));
  }

  /** Cache keys of counts, so that a page can read them together with other entries. */
  readonly keys = (ids: readonly string[]): string[] => ids.map(keyOf);

  /** Counts by id, for every id. @param cached what the cache returned for {@link keys}. */
  complete(ids: readonly string[], cached: readonly (string | undefined)[]): Promise<Map<string, Counts>> {
    const load = (missing: readonly string[]) => findCounts(this.db.manager, missing);
    return readThrough(this.cache, ids, cached, { keyOf, seconds: TTL, load });
  }

  async republish(tx: EntityManager, afterId: string | undefined, limit: number): Promise<string[]> {
    const rows = await tx.sql<{ id: string }[]>`
      SELECT article_id AS id FROM interactions
      WHERE rev > 0 AND (${afterId ?? null}::uuid IS NULL OR article_id > ${afterId ?? null}::uuid)
      ORDER BY article_id LIMIT ${limit} FOR UPDATE`;
    const ids = rows.map(({ id }) => id);
    await this.emitter.emit(tx, ids);
    return ids;
  }
}
