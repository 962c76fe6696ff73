import type { EntityManager } from 'typeorm';
import type { Actor } from '#platform';

/** Who did what to an article, and when. */
export interface AuditEntry {
  readonly id: string;
  readonly articleId: string;
  /** The version that came of it. */
  readonly version: number;
  readonly did: AuditedAct;
  readonly at: Date;
  readonly by: By;
  /** More about it, by act: the reason of a retraction, the times of a schedule. */
  readonly details: Readonly<Record<string, unknown>>;
}

export type AuditedAct =
  | 'create'
  | 'import'
  | 'edit'
  | 'label'
  | 'restore'
  | 'discard'
  | 'schedule'
  | 'cancel-schedule'
  | 'schedule-failed'
  | 'schedule-missed'
  | 'publish'
  | 'update'
  | 'correct'
  /** Republished with renamed terms. The word is stored. */
  | 'retell'
  | 'retract'
  | 'purge';

/** Who acts, a person or the newsroom itself. */
export type By = Pick<Actor, 'id' | 'name'>;

/** What the schedule does in nobody's name. */
export const theSchedule: By = { id: 'schedule', name: 'schedule' };

/** Writes a line for each article, in the transaction of the act itself. */
export async function audit(
  tx: EntityManager,
  by: By,
  did: AuditedAct,
  articles: readonly { readonly id: string; readonly version: number }[],
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await tx.query(
    `INSERT INTO audit (article_id, version, did, by_id, by_name, details)
     SELECT article_id, version, $3, $4, $5, $6 FROM unnest($1::uuid[], $2::int[]) AS changed(article_id, version)`,
    [
      articles.map(({ id }) => id),
      articles.map(({ version }) => version),
      did,
      by.id,
      by.name,
      JSON.stringify(details),
    ],
  );
}

/** Newest first. @param before the id of the last entry seen. */
export async function auditOf(
  db: EntityManager,
  articleId: string,
  { before, limit }: { before?: string; limit: number },
): Promise<AuditEntry[]> {
  const rows: Omit<AuditEntry, 'articleId'>[] = await db.query(
    `SELECT id, version, did, at, json_build_object('id', by_id, 'name', by_name) AS by, details FROM audit
     WHERE article_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
    [articleId, before ?? null, limit],
  );
  return rows.map((row) => ({ ...row, articleId }));
}
