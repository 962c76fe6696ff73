import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CoalescingPublisher } from '#messaging';
import { LOGGER, type Logger } from '#platform';
import { PollsService } from './polls.service.js';

/** Emits changed tallies, at most one per second per poll, however many ballots there were. */
@Injectable()
export class Tallying extends CoalescingPublisher {
  constructor(
    db: DataSource,
    private readonly polls: PollsService,
    @Inject(LOGGER) log: Logger,
  ) {
    super('tallying', { name: 'poll', id: 'id' }, db, log);
  }

  protected emit(tx: EntityManager, ids: readonly string[]): Promise<void> {
    return this.polls.emitTallies(tx, ids);
  }
}
