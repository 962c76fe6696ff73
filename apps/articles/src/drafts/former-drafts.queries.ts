import type { EntityManager } from 'typeorm';
import type { ArticleDraft } from '#api';
import type { ActorRef } from '../article/audit.js';
import { FormerDraft } from '../article/former-draft.entity.js';
import { refuse } from '../problems.js';

export interface FormerDraftSummary {
  readonly version: number;
  readonly headline: string | null;
  readonly replacedAt: Date;
  readonly replacedBy: ActorRef;
}

/** Newest first. */
export async function formerDraftsOf(db: EntityManager, articleId: string): Promise<FormerDraftSummary[]> {
  return db.sql`
    SELECT version, draft->>'headline' AS headline, replaced_at AS "replacedAt",
      json_build_object('id', by_id, 'name', by_name) AS "replacedBy"
    FROM former_draft WHERE article_id = ${articleId} ORDER BY version DESC`;
}

/** @throws Refused `draft.unknown`. */
export async function formerDraft(
  db: EntityManager,
  articleId: string,
  version: number,
): Promise<ArticleDraft> {
  const found = await db.findOneBy(FormerDraft, { articleId, version });
  if (!found) throw refuse('draft.unknown');
  return found.draft;
}
