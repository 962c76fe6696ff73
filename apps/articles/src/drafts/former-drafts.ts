import type { EntityManager } from 'typeorm';
import type { LiveArticle } from '../article/article.js';
import type { ActorRef } from '../article/audit.js';

/** Former working copies kept per article; the limit on request bodies bounds each. */
const KEPT = 20;

/** Keeps the working copy of a locked article that is about to be replaced, unless a revision holds it. */
export async function keepDraft(tx: EntityManager, article: LiveArticle, by: ActorRef): Promise<void> {
  if (!article.hasChanges) return;
  const { id, version, draft } = article;
  await tx.sql`
    INSERT INTO former_draft (article_id, version, draft, by_id, by_name)
    VALUES (${id}, ${version}, ${JSON.stringify(draft)}, ${by.id}, ${by.name}) ON CONFLICT DO NOTHING`;
  await tx.sql`
    DELETE FROM former_draft WHERE article_id = ${id} AND version <= (
      SELECT version FROM former_draft WHERE article_id = ${id} ORDER BY version DESC OFFSET ${KEPT} LIMIT 1)`;
}
