import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { articleRetracted } from '#events';
import { discardUnpublished, Outbox } from '#messaging';
import type { Article } from '../article/article.entity.js';
import { purge, retract } from '../article/article.rules.js';
import { save } from '../article/article-store.js';
import type { RetractArticleRequest } from '../article/editorial-article.js';
import { audit, type AuditedAct, type By } from '../article/audit.js';
import { eraseSlugs, releaseReserved } from '../article/slugs.js';
import { FormerDraft } from '../article/former-draft.entity.js';
import { Revision } from '../article/revision.entity.js';
import { removeFromSearch, unlearnWords } from '../search/search-index.js';
import { unlist } from '../lists/listing.js';

/** Acts whose details can hold words of the article: notes, a sponsor, the slug that a schedule failed for. */
const actsWithText: AuditedAct[] = ['correct', 'import', 'label', 'schedule-failed'];

/** Retracts articles, and purges what was retracted. */
@Injectable()
export class TakeDown {
  constructor(private readonly outbox: Outbox) {}

  /** Takes a locked article from every public place. @throws Refused `article.not-published`, `article.already-retracted`. */
  async retract(
    tx: EntityManager,
    article: Article,
    { reason, note }: RetractArticleRequest,
    by: By,
    now: Date,
  ): Promise<void> {
    await save(tx, article, retract(article, reason, note, now));
    await releaseReserved(tx, article);
    await unlist(tx, article.id);
    await removeFromSearch(tx, article.id);
    await this.emitRetraction(tx, article);
    await audit(tx, by, 'retract', [article], { reason, note });
  }

  /**
   * Erases the text of a locked article wherever this service holds it: working copies, revisions, slugs, words, notes of
   * corrections, events that are not published yet. @throws Refused `article.not-retracted`, `article.purged`.
   */
  async purge(tx: EntityManager, article: Article, by: By, now: Date): Promise<void> {
    const { id } = article;
    const change = purge(article, now);
    for (const { snapshot } of await tx.findBy(Revision, { articleId: id })) await unlearnWords(tx, snapshot);
    await tx.delete(Revision, { articleId: id });
    await tx.delete(FormerDraft, { articleId: id });
    await eraseSlugs(tx, id);
    await save(tx, article, change);
    await tx.query(
      `UPDATE article SET idempotency_key = NULL,
         source_id = 'sha256:' || encode(sha256(convert_to(source_id, 'UTF8')), 'hex') WHERE id = $1`,
      [id],
    );
    await tx.query(`UPDATE audit SET details = '{}' WHERE article_id = $1 AND did = ANY ($2)`, [
      id,
      actsWithText,
    ]);
    await discardUnpublished(tx, articleRetracted.topic, id);
    await this.emitRetraction(tx, article);
    await audit(tx, by, 'purge', [article]);
  }

  /** Emits `article.retracted`, which carries no text. */
  emitRetraction(tx: EntityManager, article: Article): Promise<void> {
    return this.outbox.add(tx, articleRetracted, {
      subject: article.id,
      data: {
        version: article.version,
        reason: article.retractionReason!,
        note: article.retractionNote ?? undefined,
        retractedAt: article.retractedAt!.toISOString(),
      },
    });
  }
}
