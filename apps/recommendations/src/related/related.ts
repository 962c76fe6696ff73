import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Neighbours found per article: more than a rail shows, so that retracted and repeated ones can be replaced. */
const NEIGHBOURS = 12;
/** Words are compared only between articles published at most this many days apart. */
const DAYS = 365;

/**
 * Finds related articles by shared words (rare ones count more), shared topics and places, and the time between them.
 * Stores both directions, so that an older article's rail also shows the newer one.
 */
@Injectable()
export class Related {
  /**
   * Replaces an article's neighbours; a retracted one has none.
   * @returns the ids of the article and of its new neighbours.
   */
  async place(tx: EntityManager, articleId: string): Promise<string[]> {
    await tx.sql`DELETE FROM related WHERE article_id = ${articleId} OR neighbour_id = ${articleId}`;
    const changed = await tx.sql<{ id: string }[]>`
      WITH self AS (SELECT * FROM card WHERE article_id = ${articleId} AND NOT gone),
       shared AS (
         SELECT other.article_id, term
         FROM self, card AS other, unnest(other.terms) AS term
         WHERE other.terms && self.terms AND term = ANY (self.terms) AND NOT other.gone
           AND other.article_id <> self.article_id
           AND other.published_at BETWEEN self.published_at - make_interval(days => ${DAYS})
             AND self.published_at + make_interval(days => ${DAYS})
       ),
       rarity AS (
         SELECT term, ln(1 + (SELECT count(DISTINCT article_id) FROM shared)::real / count(*)) AS weight
         FROM shared GROUP BY term
       ),
       words AS (SELECT article_id, sum(weight) AS score FROM shared JOIN rarity USING (term) GROUP BY article_id),
       scored AS (
         SELECT other.article_id,
           (coalesce(words.score, 0)
             + 3 * cardinality(ARRAY(SELECT unnest(other.topics) INTERSECT SELECT unnest(self.topics)))
             + 2 * cardinality(ARRAY(SELECT unnest(other.places) INTERSECT SELECT unnest(self.places))))
           / (1 + abs(extract(epoch FROM self.published_at - other.published_at)) / (86400 * 60)) AS score
         FROM self, card AS other LEFT JOIN words USING (article_id)
         WHERE NOT other.gone AND other.article_id <> self.article_id
           AND (words.score IS NOT NULL OR other.topics && self.topics)
         ORDER BY score DESC LIMIT ${NEIGHBOURS}
       ),
       both_ways AS (
         SELECT ${articleId}::uuid AS article_id, article_id AS neighbour_id, score FROM scored
         UNION ALL SELECT article_id, ${articleId}::uuid, score FROM scored
       )
       INSERT INTO related (article_id, neighbour_id, score)
       -- In a fixed order, because replicas of an older version may write here, too.
       SELECT * FROM both_ways ORDER BY article_id, neighbour_id
       ON CONFLICT (article_id, neighbour_id) DO UPDATE SET score = excluded.score RETURNING article_id AS id`;
    return [...new Set([articleId, ...changed.map(({ id }) => id)])];
  }
}
