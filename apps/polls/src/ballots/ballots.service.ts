import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ReaderTokens, RequestBatches, RETRY_SOON } from '#http';
import { Busy, Clock, CONFIG, LOGGER, type Logger, type Outcome } from '#platform';
import type { PollsConfig } from '../config.js';
import { lockPoll, Poll, type OpenPoll } from '../polls/poll.entity.js';
import { Tallying } from '../polls/tallying.js';
import { refuse } from '../problems.js';
import { countBallots, type Choice } from './ballot.rules.js';
import { ballotsOf, storeBallots } from './ballots.queries.js';

/** Approximate bytes of a waiting choice: pseudonym, id, timer, promise. */
const CHOICE_BYTES = 1_000;

/** Stores readers' ballots in batches, one transaction for several ballots in one poll. */
@Injectable()
export class BallotsService implements BeforeApplicationShutdown {
  private readonly batches: RequestBatches<Choice, OpenPoll>;

  constructor(
    db: DataSource,
    private readonly clock: Clock,
    private readonly readers: ReaderTokens,
    private readonly tallying: Tallying,
    @Inject(CONFIG) { databasePool }: PollsConfig,
    @Inject(LOGGER) log: Logger,
  ) {
    this.batches = new RequestBatches<Choice, OpenPoll>({
      db,
      databasePool,
      log,
      write: (tx, pollId, choices) => this.write(tx, pollId, choices),
      bytesOf: () => CHOICE_BYTES,
      refusalOf: (error) => (error instanceof Busy ? refuse('poll.busy', RETRY_SOON) : undefined),
    });
  }

  /**
   * Casts or changes a reader's ballot; repeating a choice changes nothing. The tally is always exact; its events follow
   * at most once per second (see `Tallying`).
   * @param signal discards the ballot if it aborts before the batch starts.
   * @throws Refused `poll.unknown`, `poll.retracted`, `poll.not-open`, `poll.unknown-option`; `poll.busy` when it was not
   * stored and never will be; CommitOutcomeUnknown.
   */
  async cast(pollId: string, optionId: string, readerId: string, signal?: AbortSignal): Promise<OpenPoll> {
    const voterKey = this.readers.pseudonym(readerId, `poll ${pollId}`);
    return this.batches.submit(pollId, { voterKey, optionId }, signal);
  }

  /** Completes the waiting requests and refuses new ones, which clients can send to another replica. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.batches.close();
  }

  private async write(
    tx: EntityManager,
    pollId: string,
    choices: readonly Choice[],
  ): Promise<readonly Outcome<OpenPoll>[]> {
    const poll = await lockPoll(tx, pollId);
    const earlier = poll ? await ballotsOf(tx, pollId, choices) : new Map<string, string>();
    const { outcomes, change } = countBallots(poll, choices, earlier);
    if (change) {
      await storeBallots(tx, pollId, change, this.clock.now());
      await tx.update(Poll, { id: pollId }, { rev: change.poll.rev, hasNewBallots: true });
      this.tallying.wakeAfterCommit(tx);
    }
    return outcomes;
  }
}
