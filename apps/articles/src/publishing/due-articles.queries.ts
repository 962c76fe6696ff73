import type { EntityManager } from 'typeorm';
import { ArticleRow } from '../article/article.entity.js';

/** Which time of a schedule is due. */
export type DueTime = keyof typeof column;

const column = { publishAt: 'publish_at', offlineAt: 'offline_at' } as const;

/** SQL condition: an article whose take-down is due is never due for publication. */
const andNotOffline = {
  publishAt: 'AND (article.offline_at IS NULL OR article.offline_at > clock_timestamp())',
  offlineAt: '',
} as const;

interface Claim {
  readonly limit?: number;
  /** Ids to leave out. */
  readonly except?: readonly string[];
  /** The only article to claim. */
  readonly id?: string;
  /** Whether to wait for a locked article instead of skipping it. */
  readonly waits?: boolean;
}

/** Locks due articles, the longest overdue first. */
export function claimDue(
  tx: EntityManager,
  time: DueTime,
  { limit = 1, except = [], id, waits = false }: Claim,
): Promise<ArticleRow[]> {
  const query = tx
    .createQueryBuilder(ArticleRow, 'article')
    .where(`article.${column[time]} <= clock_timestamp() ${andNotOffline[time]}`)
    .orderBy(`article.${time}`)
    .limit(limit)
    .setLock('pessimistic_write');
  if (!waits) query.setOnLocked('skip_locked');
  if (except.length > 0) query.andWhere('article.id <> ALL(:except)', { except });
  if (id) query.andWhere('article.id = :id', { id });
  return query.getMany();
}

/** The id of the article that has been due for longest, locked or not. @param olderThan milliseconds. */
export async function longestOverdue(
  db: EntityManager,
  time: DueTime,
  { olderThan, except }: { readonly olderThan: number; readonly except: readonly string[] },
): Promise<string | undefined> {
  const [row] = await db.sql<{ id: string }[]>`
    SELECT id FROM article
    WHERE ${() => column[time]} <= clock_timestamp() - make_interval(secs => ${olderThan / 1_000})
      AND id <> ALL (${except}) ${() => andNotOffline[time]}
    ORDER BY ${() => column[time]} LIMIT 1`;
  return row?.id;
}
