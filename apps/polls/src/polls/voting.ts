import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ReaderTokens } from '#http';
import {
  BatchWriter,
  boundedTransaction,
  Busy,
  Clock,
  CONFIG,
  LOGGER,
  type Logger,
  type Outcome,
} from '#platform';
import type { PollsConfig } from '../config.js';
import { refuse } from '../problems.js';
import { Poll } from './poll.entity.js';
import { lockPoll } from './polls.service.js';
import { Tallying } from './tallying.js';
import { countChoices, outcomesOf, type Choice } from './voting.rules.js';

/** Bytes a waiting choice holds: pseudonym, id, timer, promise. */
const CHOICE_BYTES = 1_000;
/** Seconds after which a reader who was turned away may vote again. */
const RETRY_AFTER = 2;

/**
 * Takes readers' ballots. Those of one poll share a transaction, since they take turns at its row anyway; a poll that
 * everybody votes in then leaves the database to the others.
 */
@Injectable()
export class Voting implements BeforeApplicationShutdown {
  private readonly writer: BatchWriter<Choice, Poll>;

  constructor(
    db: DataSource,
    private readonly clock: Clock,
    private readonly readers: ReaderTokens,
    private readonly tallying: Tallying,
    @Inject(CONFIG) { databasePool }: PollsConfig,
    @Inject(LOGGER) log: Logger,
  ) {
    this.writer = new BatchWriter<Choice, Poll>({
      write: (pollId, choices) => boundedTransaction(db, (tx) => this.write(tx, pollId, choices)),
      bytesOf: () => CHOICE_BYTES,
      keysAtOnce: Math.max(1, Math.floor(databasePool / 2)),
      log,
    });
  }

  /**
   * Casts or changes a reader's ballot; the same choice again changes nothing. The tally is exact at every moment,
   * events about it follow at most once per second (see `Tallying`).
   * @param signal drops the ballot as long as nothing was done about it.
   * @throws Refused `poll.unknown`, `poll.retracted`, `poll.not-open`, `poll.unknown-option`; `poll.busy` when it was not
   * stored and never will be; CommitOutcomeUnknown.
   */
  async cast(pollId: string, optionId: string, readerId: string, signal?: AbortSignal): Promise<Poll> {
    const voterKey = this.readers.pseudonym(readerId, `poll ${pollId}`);
    try {
      return await this.writer.submit(pollId, { voterKey, optionId }, signal);
    } catch (error) {
      throw error instanceof Busy ? refuse('poll.busy', { retryAfter: RETRY_AFTER }) : error;
    }
  }

  /** Answers what waits. Requests that come later are refused, and another replica takes them. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.writer.close();
  }

  private async write(
    tx: EntityManager,
    pollId: string,
    choices: readonly Choice[],
  ): Promise<Outcome<Poll>[]> {
    const poll = await lockPoll(tx, pollId);
    const earlier = poll ? await ballotsOf(tx, pollId, choices) : new Map<string, string>();
    const count = countChoices(poll, choices, earlier);
    if (poll && count.changed > 0) {
      await tx.query(
        `INSERT INTO ballot (poll_id, voter_key, option_id, cast_at)
         SELECT $1, voter_key, option_id, $4 FROM unnest($2::text[], $3::uuid[]) AS cast_now (voter_key, option_id)
         ON CONFLICT (poll_id, voter_key) DO UPDATE SET option_id = excluded.option_id, cast_at = excluded.cast_at`,
        [pollId, [...count.ballots.keys()], [...count.ballots.values()], this.clock.now()],
      );
      await tx.query(
        `UPDATE option SET votes = votes + change FROM unnest($1::uuid[], $2::int[]) AS changes (option_id, change)
         WHERE id = option_id AND change <> 0`,
        [[...count.changes.keys()], [...count.changes.values()]],
      );
      for (const option of poll.options) option.votes += count.changes.get(option.id) ?? 0;
      poll.rev += count.changed;
      await tx.update(Poll, { id: pollId }, { rev: poll.rev, hasNewBallots: true });
      this.tallying.wakeAfterCommit(tx);
    }
    return outcomesOf(poll, count);
  }
}

/** The voters' ballots in this poll so far, by voter. */
async function ballotsOf(
  tx: EntityManager,
  pollId: string,
  choices: readonly Choice[],
): Promise<Map<string, string>> {
  const rows: { voter_key: string; option_id: string }[] = await tx.query(
    `SELECT voter_key, option_id FROM ballot WHERE poll_id = $1 AND voter_key = ANY($2)`,
    [pollId, choices.map(({ voterKey }) => voterKey)],
  );
  return new Map(rows.map((row) => [row.voter_key, row.option_id]));
}
