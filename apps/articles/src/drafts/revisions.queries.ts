import type { EntityManager } from 'typeorm';
import type { ArticleSnapshot } from '#events';
import type { ActorRef } from '../article/audit.js';
import { refuse } from '../problems.js';
import { Revision } from '../article/revision.entity.js';

export interface RevisionSummary {
  readonly version: number;
  readonly at: Date;
  readonly by: ActorRef;
  readonly headline: string;
  readonly note?: string;
}

/** Newest first. @param before the version of the last revision seen. */
export async function revisionsOf(
  db: EntityManager,
  articleId: string,
  { before, limit }: { readonly before?: number; readonly limit: number },
): Promise<RevisionSummary[]> {
  const rows = await db.sql<(Omit<RevisionSummary, 'note'> & { readonly note: string | null })[]>`
    SELECT version, created_at AS at, json_build_object('id', by_id, 'name', by_name) AS by,
      snapshot->>'headline' AS headline, note
    FROM revision WHERE article_id = ${articleId} AND (${before}::int IS NULL OR version < ${before}::int)
    ORDER BY version DESC LIMIT ${limit}`;
  return rows.map(({ note, ...row }) => ({ ...row, ...(note && { note }) }));
}

/** The snapshot that readers saw in that version. @throws Refused `revision.unknown`. */
export async function revisionSnapshot(
  db: EntityManager,
  articleId: string,
  version: number,
): Promise<ArticleSnapshot> {
  const revision = await db.findOneBy(Revision, { articleId, version });
  if (!revision) throw refuse('revision.unknown');
  return revision.snapshot;
}
