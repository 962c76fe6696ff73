import { Command } from 'commander';
import type { EntityManager } from 'typeorm';
import { withDatabase } from './service-database.js';

/** A row of the articles service's view `term_change` whose work failed; a failed one is also finished. */
interface FailedChange {
  readonly id: string;
  readonly failedAt: Date;
  /** The slug that the term has now; null when it is gone. */
  readonly term: string | null;
  /** Null when a merged term could not be removed. */
  readonly articleId: string | null;
  readonly reason: string;
}

const listFailed = (db: EntityManager, limit: number): Promise<FailedChange[]> =>
  db.query(
    `SELECT term_change.id, failed_at AS "failedAt", coalesce(target.kind || ' ' || target.slug, term.kind || ' ' || term.slug) AS term,
       article_id AS "articleId", reason
     FROM term_change LEFT JOIN term ON term.id = term_id LEFT JOIN term AS target ON target.id = term.merged_into
     WHERE failed_at IS NOT NULL ORDER BY term_change.id LIMIT $1`,
    [limit],
  );

/** Opens failed changes again, or closes them for good. @param ids null means all. @returns how many. */
async function settle(db: EntityManager, ids: readonly string[] | null, change: string): Promise<number> {
  const [, count]: [unknown, number] = await db.query(
    `UPDATE term_change SET failed_at = NULL, reason = NULL${change}
     WHERE failed_at IS NOT NULL AND ($1::bigint[] IS NULL OR id = ANY($1))`,
    [ids],
  );
  return count;
}

const lineOf = ({ id, failedAt, term, articleId, reason }: FailedChange): string =>
  `${id}\t${failedAt.toISOString()}\t${term ?? '(deleted)'}\t${articleId ?? '(the merged term)'}\t${reason}`;

async function list({ limit }: { limit: string }): Promise<void> {
  const failed = await withDatabase('articles', (db) => listFailed(db, Number(limit)));
  console.log(failed.length === 0 ? 'There are no failed changes.' : failed.map(lineOf).join('\n'));
}

async function retry(ids: string[], { all }: { all?: boolean }): Promise<void> {
  if (ids.length === 0 && !all) throw new Error('Name ids, or pass --all.');
  const again = ', finished_at = NULL, last_id = NULL';
  const count = await withDatabase('articles', (db) => settle(db, all ? null : ids, again));
  console.log(`${count} will be tried again by the running service within a second or so.`);
}

async function drop(ids: string[]): Promise<void> {
  const count = await withDatabase('articles', (db) => settle(db, ids, ''));
  console.log(`${count} dropped; the articles keep the terms as they were.`);
}

/** Changes of sections, topics, places and authors that did not reach an article. */
export const termChangeCommands = (): Command =>
  new Command('term-changes')
    .description('changes of sections, topics, places and authors that did not reach an article')
    .addCommand(new Command('list').option('--limit <n>', 'at most', '50').action(list))
    .addCommand(new Command('retry').argument('[ids...]').option('--all', 'all of them').action(retry))
    .addCommand(new Command('drop').argument('<ids...>').action(drop));
