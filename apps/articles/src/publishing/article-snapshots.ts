import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NIL } from 'uuid';
import { articlePublished } from '#events';
import { Outbox, type SnapshotSource } from '#messaging';
import { Article } from '../article/article.entity.js';
import { TakeDown } from './take-down.js';

/** Republishes the present state of every article that was ever public. */
@Injectable()
export class ArticleSnapshots implements SnapshotSource {
  constructor(
    private readonly outbox: Outbox,
    private readonly takeDown: TakeDown,
  ) {}

  async republish(tx: EntityManager, afterId = NIL, limit: number): Promise<string[]> {
    const articles = await tx
      .createQueryBuilder(Article, 'article')
      .where(`article.publishedVersion IS NOT NULL AND article.id > :afterId`, { afterId })
      .orderBy('article.id')
      .limit(limit)
      .setLock('pessimistic_write')
      .getMany();
    for (const article of articles) {
      if (article.state === 'retracted') await this.takeDown.emitRetraction(tx, article);
      else {
        const data = { version: article.publishedVersion!, article: article.snapshot! };
        await this.outbox.add(tx, articlePublished, { subject: article.id, data });
      }
    }
    return articles.map(({ id }) => id);
  }
}
