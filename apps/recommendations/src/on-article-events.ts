import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { articlePublished, articleRetracted, articleUpdated, type EventOf } from '#events';
import { OnEvent } from '#messaging';
import { afterCommit } from '#platform';
import { Cards } from './cards/cards.js';
import { Rails } from './rails/rails.js';
import { Placer } from './related/placer.js';

/** Keeps cards and related articles up to date when articles change. */
@Controller()
export class OnArticleEvents {
  constructor(
    private readonly cards: Cards,
    private readonly placer: Placer,
    private readonly rails: Rails,
  ) {}

  @OnEvent(articlePublished, articleUpdated)
  async keepCard(
    { subject, data }: EventOf<typeof articlePublished | typeof articleUpdated>,
    tx: EntityManager,
  ) {
    if (!(await this.cards.put(tx, data.article, data.version))) return;
    await this.placer.place(tx, subject, data.version);
    // The rails of its page depend on the card's section and terms.
    afterCommit(tx, () => this.rails.forget([subject]));
  }

  @OnEvent(articleRetracted)
  async dropCard({ subject, data }: EventOf<typeof articleRetracted>, tx: EntityManager) {
    if (!(await this.cards.drop(tx, subject, data.version))) return;
    await this.placer.remove(tx, subject, data.version);
  }
}
