import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { commentPublished, commentRemoved, commentsCounted, type EventOf } from '#events';
import { OnEvent } from '#messaging';
import { Interactions } from './interactions/interactions.js';

/** Stores the number of comments when it changes or is republished. */
@Controller()
export class OnCommentEvents {
  constructor(private readonly interactions: Interactions) {}

  @OnEvent(commentPublished, commentRemoved, commentsCounted)
  async count(
    { subject, data }: EventOf<typeof commentPublished | typeof commentRemoved | typeof commentsCounted>,
    tx: EntityManager,
  ) {
    await this.interactions.setComments(tx, subject, data.count.published, data.count.rev);
  }
}
