import type { EntityManager } from 'typeorm';
import { articleRetracted } from '#events';
import { discardUnpublished } from '#messaging';
import type { Article, RetractedArticle } from '../article/article.js';
import { save } from '../article/article-store.js';
import type { AuditedAct } from '../article/audit.js';
import { FormerDraft } from '../article/former-draft.entity.js';
import { Revision } from '../article/revision.entity.js';
import { eraseSlugs } from '../article/slugs.js';
import { unlearnWords } from '../search/search-index.js';

/** Acts whose details can contain words of the article: notes, a source id, a sponsor, the slug that failed a schedule. */
const actsWithText: AuditedAct[] = ['correct', 'import', 'label', 'schedule-failed'];

/**
 * Erases the text of a locked article wherever this service holds it: working copies, revisions, slugs, the search
 * vocabulary, details of audit entries, events that are not published yet.
 */
export async function eraseText(
  tx: EntityManager,
  article: Article,
  purged: RetractedArticle,
): Promise<void> {
  const { id } = article;
  for (const { snapshot } of await tx.findBy(Revision, { articleId: id })) await unlearnWords(tx, snapshot);
  await tx.delete(Revision, { articleId: id });
  await tx.delete(FormerDraft, { articleId: id });
  await eraseSlugs(tx, id);
  await save(tx, article, purged);
  await tx.sql`
    UPDATE article SET idempotency_key = NULL,
      source_id = 'sha256:' || encode(sha256(convert_to(source_id, 'UTF8')), 'hex') WHERE id = ${id}`;
  await tx.sql`UPDATE audit SET details = '{}' WHERE article_id = ${id} AND did = ANY (${actsWithText})`;
  await discardUnpublished(tx, articleRetracted.topic, id);
}
