import type { EntityManager } from 'typeorm';
import type { Actor } from '#platform';

/** Who did what to an article, and when. */
export interface AuditEntry {
  readonly id: string;
  readonly articleId: string;
  /** The version that the act created. */
  readonly version: number;
  readonly did: AuditedAct;
  readonly at: Date;
  readonly by: ActorRef;
  /** Depends on the act: the reason for a retraction, the times of a schedule. */
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
  /** Republished because a term was renamed, edited or merged. */
  | 'term-changed'
  | 'retract'
  | 'purge';

/** Who acts: a person or the newsroom itself. */
export type ActorRef = Pick<Actor, 'id' | 'name'>;

/** The actor of scheduled publications and take-downs. */
export const theSchedule: ActorRef = { id: 'schedule', name: 'schedule' };

/** Writes one entry per article, in the transaction of the act itself. */
export async function audit(
  tx: EntityManager,
  by: ActorRef,
  did: AuditedAct,
  articles: readonly { readonly id: string; readonly version: number }[],
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const ids = articles.map(({ id }) => id);
  const versions = articles.map(({ version }) => version);
  await tx.sql`
    INSERT INTO audit (article_id, version, did, by_id, by_name, details)
    SELECT article_id, version, ${did}, ${by.id}, ${by.name}, ${JSON.stringify(details)}
    FROM unnest(${ids}::uuid[], ${versions}::int[]) AS changed(article_id, version)`;
}
