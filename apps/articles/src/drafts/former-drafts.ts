import type { EntityManager } from 'typeorm';
import type { Article } from '../article/article.entity.js';
import type { ArticleDraft } from '../article/article-content.js';
import type { By } from '../article/audit.js';
import { refuse } from '../problems.js';
import { FormerDraft } from '../article/former-draft.entity.js';

/** Former working copies that an article keeps, the newest ones; the body limit bounds each. */
const KEPT = 20;

export interface FormerDraftSummary {
  readonly version: number;
  readonly headline: string | null;
  readonly replacedAt: Date;
  readonly replacedBy: By;
}

/** Keeps the working copy of a locked article that is about to be replaced, unless a revision has it already. */
export async function keepDraft(tx: EntityManager, article: Article, by: By): Promise<void> {
  if (!article.hasChanges) return;
  const { id, version, draft } = article;
  await tx.query(
    `INSERT INTO former_draft (article_id, version, draft, by_id, by_name) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [id, version, JSON.stringify(draft), by.id, by.name],
  );
  await tx.query(
    `DELETE FROM former_draft WHERE article_id = $1 AND version <= (
       SELECT version FROM former_draft WHERE article_id = $1 ORDER BY version DESC OFFSET ${KEPT} LIMIT 1)`,
    [id],
  );
}

/** Newest first. */
export async function formerDraftsOf(db: EntityManager, articleId: string): Promise<FormerDraftSummary[]> {
  return db.query(
    `SELECT version, draft->>'headline' AS headline, replaced_at AS "replacedAt",
       json_build_object('id', by_id, 'name', by_name) AS "replacedBy"
     FROM former_draft WHERE article_id = $1 ORDER BY version DESC`,
    [articleId],
  );
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
