import type { EntityManager } from 'typeorm';
import { NIL as BEFORE_ANY_ID } from 'uuid';
import type { ActorRef } from '../article/audit.js';

/** A row of `term_change`. A failed job is also finished; `ops term-changes` lists and retries it. */
export interface Job {
  readonly id: string;
  readonly termId: string;
  /** The only article to republish; null for all that name the term. */
  readonly articleId: string | null;
  /** The last article that was processed. */
  readonly lastId: string;
  readonly by: ActorRef;
}

/** The oldest open job that no other replica is working on, locked. */
export async function claimJob(tx: EntityManager): Promise<Job | undefined> {
  const [job] = await tx.sql<Job[]>`
    SELECT id, term_id AS "termId", article_id AS "articleId", coalesce(last_id, ${BEFORE_ANY_ID}) AS "lastId",
      json_build_object('id', by_id, 'name', by_name) AS by
    FROM term_change WHERE finished_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`;
  return job;
}

export async function nextArticles(tx: EntityManager, job: Job, limit: number): Promise<string[]> {
  const rows = await tx.sql<{ id: string }[]>`
    SELECT id FROM article WHERE term_ids @> ARRAY[${job.termId}::uuid] AND id > ${job.lastId}
      AND (${job.articleId}::uuid IS NULL OR id = ${job.articleId}::uuid)
    ORDER BY id LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}

export async function saveProgress(tx: EntityManager, job: Job, settled: readonly string[]): Promise<void> {
  await tx.sql`
    UPDATE term_change SET done = done + ${settled.length}, last_id = ${settled.at(-1)} WHERE id = ${job.id}`;
}

export async function finishJob(tx: EntityManager, job: Job): Promise<void> {
  await tx.sql`UPDATE term_change SET finished_at = now() WHERE id = ${job.id}`;
}

export async function failJob(tx: EntityManager, job: Job, error: unknown): Promise<void> {
  await tx.sql`
    UPDATE term_change SET finished_at = now(), failed_at = now(), reason = ${reasonOf(error)} WHERE id = ${job.id}`;
}

/** Records that a term change failed for an article: one row per term and article. */
export async function keepFailure(
  tx: EntityManager,
  { termId, by }: Job,
  articleId: string,
  error: unknown,
): Promise<void> {
  await tx.sql`
    INSERT INTO term_change (term_id, article_id, by_id, by_name, finished_at, failed_at, reason)
    VALUES (${termId}, ${articleId}, ${by.id}, ${by.name}, now(), now(), ${reasonOf(error)})
    ON CONFLICT (term_id, article_id) WHERE failed_at IS NOT NULL
    DO UPDATE SET failed_at = excluded.failed_at, reason = excluded.reason`;
}

/** Deletes a merged term once no article names it. */
export async function deleteIfMerged(tx: EntityManager, termId: string): Promise<void> {
  await tx.sql`
    DELETE FROM term WHERE id = ${termId} AND merged_into IS NOT NULL
      AND NOT EXISTS (SELECT FROM article WHERE term_ids @> ARRAY[${termId}::uuid])`;
}

/** One line of at most 2,000 characters, all of which Postgres can store. */
const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, 2_000)
    .toWellFormed();
};
