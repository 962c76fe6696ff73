import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock, ReaderTokens } from '#platform';
import { Ballot } from './ballot.entity.js';
import { Option } from './option.entity.js';
import { Poll } from './poll.entity.js';
import { vote } from './poll.rules.js';
import { lockPoll } from './polls.service.js';

@Injectable()
export class Voting {
  constructor(
    private readonly db: DataSource,
    private readonly clock: Clock,
    private readonly readers: ReaderTokens,
  ) {}

  /**
   * Casts or changes a reader's ballot; the same choice again changes nothing. The tally is exact at every moment,
   * events about it follow at most once a second (see Tallying).
   * @throws Refused `poll.unknown`, `poll.retracted`, `poll.not-open`, `poll.unknown-option`.
   */
  async cast(pollId: string, optionId: string, readerId: string): Promise<Poll> {
    const voterKey = this.readers.pseudonym(readerId, `poll ${pollId}`);
    return this.db.transaction(async (tx) => {
      const poll = await lockPoll(tx, pollId);
      const earlier = await tx.findOneBy(Ballot, { pollId, voterKey });
      const { from, to } = vote(poll, optionId, earlier?.optionId);
      if (!to) return poll!;
      await tx.upsert(Ballot, { pollId, voterKey, optionId: to, castAt: this.clock.now() }, [
        'pollId',
        'voterKey',
      ]);
      for (const option of poll!.options) {
        const change = Number(option.id === to) - Number(option.id === from);
        if (change === 0) continue;
        option.votes += change;
        await tx.update(Option, { id: option.id }, { votes: option.votes });
      }
      poll!.rev++;
      await tx.update(Poll, { id: pollId }, { rev: poll!.rev, untold: true });
      return poll!;
    });
  }
}
