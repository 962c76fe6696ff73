import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { SnapshotSource } from '#messaging';
import { afterCommit, CACHE, type Cache, type CacheEntry } from '#platform';
import { CountEmitter } from './count-emitter.js';

/** Seconds a count is cached; a change reaches the cache with its event. */
const TTL = 30;

export interface Counts {
  readonly comments: number;
  readonly votes: number;
}

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

/** How often readers took part in an article: published comments and poll votes, absolute numbers guarded by `rev`. */
@Injectable()
export class Interactions implements SnapshotSource {
  constructor(
    private readonly db: DataSource,
    private readonly emitter: CountEmitter,
    @Inject(CACHE) private readonly cache: Cache,
  ) {}

  /** Takes over the count of comments, unless a newer one is known; a wrong number with the same `rev` is corrected. */
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

  /** Takes over the votes of one poll, unless newer ones are known; an article's votes are those of all its polls. */
  async setVotes(
    tx: EntityManager,
    articleId: string,
    pollId: string,
    votes: number,
    rev: number,
  ): Promise<void> {
    // The article's row first: it is what all polls and the comments of one article have in common.
    await tx.query(`INSERT INTO interactions (article_id) VALUES ($1) ON CONFLICT DO NOTHING`, [articleId]);
    await tx.query(`SELECT 1 FROM interactions WHERE article_id = $1 FOR UPDATE`, [articleId]);
    const changed: unknown[] = await tx.query(
      `INSERT INTO poll_votes (poll_id, article_id, votes, rev) VALUES ($1, $2, $3, $4)
       ON CONFLICT (poll_id) DO UPDATE SET votes = excluded.votes, rev = excluded.rev
       WHERE poll_votes.rev < excluded.rev OR (poll_votes.rev = excluded.rev AND poll_votes.votes <> excluded.votes)
       RETURNING poll_id`,
      [pollId, articleId, votes, rev],
    );
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

  readonly keys = (ids: readonly string[]): string[] => ids.map(keyOf);

  /** Counts by id out of what the cache answered for their keys; what it missed comes from the database. */
  async complete(
    ids: readonly string[],
    cached: readonly (string | undefined)[],
  ): Promise<Map<string, Counts>> {
    const counts = new Map<string, Counts>();
    const missing: string[] = [];
    ids.forEach((id, i) => {
      const text = cached[i];
      if (text) counts.set(id, JSON.parse(text) as Counts);
      else missing.push(id);
    });
    if (missing.length === 0) return counts;
    const rows: CountsRow[] = await this.db.query(
      `SELECT wanted.article_id, coalesce(comments, 0) AS comments, coalesce(votes, 0) AS votes, coalesce(rev, 0) AS rev
       FROM unnest($1::uuid[]) AS wanted (article_id) LEFT JOIN interactions USING (article_id)`,
      [missing],
    );
    for (const { article_id: id, comments, votes } of rows) counts.set(id, { comments, votes });
    void this.cache.offer(rows.map(entryOf), TTL);
    return counts;
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
