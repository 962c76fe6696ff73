import { Command } from 'commander';
import type { EntityManager } from 'typeorm';
import { withDatabase } from './service-database.js';

/** A row of the articles service's view `term_change` that failed. A failed change is also finished. */
interface FailedChange {
  readonly id: string;
  readonly failedAt: Date;
  /** The current slug of the term; null if it was deleted. */
  readonly term: string | null;
  /** Null if a merged term could not be removed. */
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

/** Reopens or drops failed changes. @param ids null means all. @returns the number of changes. */
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
  if (ids.length === 0 && !all) throw new Error('Pass ids or --all.');
  const again = ', finished_at = NULL, last_id = NULL';
  const count = await withDatabase('articles', (db) => settle(db, all ? null : ids, again));
  console.log(`Requested: the service will retry ${count} changes within seconds.`);
}

async function drop(ids: string[]): Promise<void> {
  const count = await withDatabase('articles', (db) => settle(db, ids, ''));
  console.log(`Dropped ${count} changes. Their articles keep the old terms.`);
}

/** Changes of sections, topics, places and authors that did not reach an article. */
export const termChangeCommands = (): Command =>
  new Command('term-changes')
    .description('manage changes of sections, topics, places and authors that did not reach an article')
    .addCommand(
      new Command('list')
        .description('list failed changes')
        .option('--limit <n>', 'maximum number', '50')
        .action(list),
    )
    .addCommand(
      new Command('retry')
        .description('retry failed changes')
        .argument('[ids...]')
        .option('--all', 'all failed changes')
        .action(retry),
    )
    .addCommand(new Command('drop').description('drop failed changes').argument('<ids...>').action(drop));
