import type { EntityManager } from 'typeorm';
import { NIL } from 'uuid';
import type { By } from '../article/audit.js';

/** The table is called `retelling`. A failed job is also finished; `ops term-changes` shows and retries it. */

export interface Job {
  readonly id: string;
  readonly termId: string;
  /** The one article it is about; null for all that name the term. */
  readonly articleId: string | null;
  /** The last article that was settled. */
  readonly lastId: string;
  readonly by: By;
}

/** For a term and all places in it. */
export async function addJobs(tx: EntityManager, termId: string, by: By): Promise<void> {
  await tx.query(
    `WITH RECURSIVE changed AS (
       SELECT $1::uuid AS id UNION SELECT term.id FROM term JOIN changed ON term.parent_id = changed.id
     ) INSERT INTO retelling (term_id, by_id, by_name) SELECT id, $2, $3 FROM changed`,
    [termId, by.id, by.name],
  );
}

/** The oldest open job that no other replica is working on, locked. */
export async function claimJob(tx: EntityManager): Promise<Job | undefined> {
  const [job]: Job[] = await tx.query(
    `SELECT id, term_id AS "termId", article_id AS "articleId", coalesce(last_id, $1) AS "lastId",
       json_build_object('id', by_id, 'name', by_name) AS by
     FROM retelling WHERE finished_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [NIL],
  );
  return job;
}

export async function nextArticles(tx: EntityManager, job: Job, limit: number): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `SELECT id FROM article WHERE term_ids @> ARRAY[$1::uuid] AND id > $2 AND ($3::uuid IS NULL OR id = $3)
     ORDER BY id LIMIT $4`,
    [job.termId, job.lastId, job.articleId, limit],
  );
  return rows.map(({ id }) => id);
}

export async function saveProgress(tx: EntityManager, job: Job, settled: readonly string[]): Promise<void> {
  await tx.query(`UPDATE retelling SET done = done + $2, last_id = $3 WHERE id = $1`, [
    job.id,
    settled.length,
    settled.at(-1),
  ]);
}

export async function finishJob(tx: EntityManager, job: Job): Promise<void> {
  await tx.query(`UPDATE retelling SET finished_at = now() WHERE id = $1`, [job.id]);
}

export async function failJob(tx: EntityManager, job: Job, error: unknown): Promise<void> {
  await tx.query(`UPDATE retelling SET finished_at = now(), failed_at = now(), reason = $2 WHERE id = $1`, [
    job.id,
    reasonOf(error),
  ]);
}

/** Records that a change of a term failed for one article; one row for each pair of them. */
export async function keepFailure(
  tx: EntityManager,
  { termId, by }: Job,
  articleId: string,
  error: unknown,
): Promise<void> {
  await tx.query(
    `INSERT INTO retelling (term_id, article_id, by_id, by_name, finished_at, failed_at, reason)
     VALUES ($1, $2, $3, $4, now(), now(), $5)
     ON CONFLICT (term_id, article_id) WHERE failed_at IS NOT NULL
     DO UPDATE SET failed_at = excluded.failed_at, reason = excluded.reason`,
    [termId, articleId, by.id, by.name, reasonOf(error)],
  );
}

/** One line of at most 2,000 characters, all of which Postgres stores. */
const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, 2_000)
    .toWellFormed();
};
