import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { articlePublished, articleRetracted, articleUpdated, type EventOf } from '#events';
import { OnEvent } from '#messaging';
import { Cards } from './cards/cards.js';
import { Rails } from './rails/rails.js';
import { Related } from './related/related.js';

/** Everything this service does when articles change. */
@Controller()
export class OnArticleEvents {
  constructor(
    private readonly cards: Cards,
    private readonly related: Related,
    private readonly rails: Rails,
  ) {}

  @OnEvent(articlePublished, articleUpdated)
  async keepCard(
    { subject, data }: EventOf<typeof articlePublished | typeof articleUpdated>,
    tx: EntityManager,
  ) {
    if (!(await this.cards.put(tx, data.article, data.version))) return;
    await this.rails.forget(await this.related.place(tx, subject));
  }

  @OnEvent(articleRetracted)
  async dropCard({ subject, data }: EventOf<typeof articleRetracted>, tx: EntityManager) {
    await this.cards.drop(tx, subject, data.version);
    await this.related.remove(tx, subject);
  }
}
