import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { pollClosed, pollOpened, pollTallied, type EventOf } from '#events';
import { OnEvent } from '#messaging';
import { Interactions } from './interactions/interactions.js';

/** Stores the votes of a poll when they change or are republished. */
@Controller()
export class OnPollEvents {
  constructor(private readonly interactions: Interactions) {}

  @OnEvent(pollOpened, pollTallied, pollClosed)
  async count(
    { data }: EventOf<typeof pollOpened | typeof pollTallied | typeof pollClosed>,
    tx: EntityManager,
  ) {
    const { articleId, id, votes } = data.poll;
    await this.interactions.setVotes(tx, articleId, id, votes, data.rev);
  }
}
