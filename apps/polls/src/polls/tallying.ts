import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pollTallied } from '#events';
import { BackgroundWork } from '#jobs';
import { LOGGER, type Logger } from '#platform';
import { isOpened, lockPoll, Poll } from './poll.entity.js';
import { PollsService } from './polls.service.js';

/** Milliseconds between two tallies of one poll. */
const EVERY = 1_000;
const BATCH = 100;

/**
 * Emits new tallies, at most one per second per poll, however many ballots there were. With several replicas the one
 * that claims a poll's row emits; the stored mark outlives a restart, so the last ballot is always counted.
 */
@Injectable()
export class Tallying extends BackgroundWork {
  constructor(
    private readonly db: DataSource,
    private readonly polls: PollsService,
    @Inject(LOGGER) log: Logger,
  ) {
    super('tallying', EVERY, log);
  }

  protected async round(): Promise<boolean> {
    await this.db.transaction(async (tx) => {
      const claimed: { id: string }[] = await tx.query(
        `SELECT id FROM poll WHERE untold AND (told_at IS NULL OR told_at <= clock_timestamp() - interval '1 second')
         ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
      );
      for (const { id } of claimed) {
        const poll = await lockPoll(tx, id);
        if (poll && isOpened(poll)) await this.polls.emit(tx, pollTallied, poll);
        await tx.update(Poll, { id }, { hasNewBallots: false, talliedAt: () => 'clock_timestamp()' });
      }
    });
    // Never more at once: the next tally of a poll is due a second later.
    return false;
  }
}
