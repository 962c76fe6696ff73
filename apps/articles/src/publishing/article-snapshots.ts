import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NIL as BEFORE_ANY_ID } from 'uuid';
import { articlePublished, articleRetracted } from '#events';
import { Outbox, type SnapshotSource } from '#messaging';
import { articleOf } from '../article/article.js';
import { ArticleRow } from '../article/article.entity.js';
import { retractionOf } from './publisher.js';

/** Republishes the current state of every article that is or was public. */
@Injectable()
export class ArticleSnapshots implements SnapshotSource {
  constructor(private readonly outbox: Outbox) {}

  async republish(tx: EntityManager, afterId = BEFORE_ANY_ID, limit: number): Promise<string[]> {
    const rows = await tx
      .createQueryBuilder(ArticleRow, 'article')
      .where(`article.publishedVersion IS NOT NULL AND article.id > :afterId`, { afterId })
      .orderBy('article.id')
      .limit(limit)
      .setLock('pessimistic_write')
      .getMany();
    for (const article of rows.map(articleOf)) {
      if (article.state === 'retracted') {
        await this.outbox.add(tx, articleRetracted, retractionOf(article));
      } else if (article.state === 'published') {
        const data = { version: article.publishedVersion, article: article.snapshot };
        await this.outbox.add(tx, articlePublished, { subject: article.id, data });
      }
    }
    return rows.map(({ id }) => id);
  }
}
