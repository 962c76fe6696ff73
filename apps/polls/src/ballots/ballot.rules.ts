import { outcomeOf } from '#http';
import type { Outcome } from '#platform';
import type { OpenPoll, Poll } from '../polls/poll.entity.js';
import { requireOpen } from '../polls/poll.rules.js';
import { refuse } from '../problems.js';

/** A reader's choice, which may still be refused. */
export interface Choice {
  readonly voterKey: string;
  readonly optionId: string;
}

/** The effect of a batch of choices on a poll. */
export interface BallotChange {
  /** The poll with the new votes and `rev`. */
  readonly poll: OpenPoll;
  /** The ballots that changed: option by voter. */
  readonly ballots: ReadonlyMap<string, string>;
  /** The change in votes by option; may be 0. */
  readonly votes: ReadonlyMap<string, number>;
}

export interface Count {
  /** One per choice, in the order of the choices. */
  readonly outcomes: readonly Outcome<OpenPoll>[];
  /** Undefined when no ballot changed. */
  readonly change?: BallotChange;
}

/**
 * Counts choices as if they had arrived one after the other.
 * @param earlier the voters' ballots so far: option by voter.
 */
export function countBallots(
  poll: Poll | null,
  choices: readonly Choice[],
  earlier: ReadonlyMap<string, string>,
): Count {
  const opened = outcomeOf(() => requireOpen(poll));
  if ('refused' in opened) return { outcomes: choices.map(() => opened) };
  const open = opened.result;
  const ballots = new Map<string, string>();
  const votes = new Map<string, number>();
  const add = (optionId: string, change: number) => votes.set(optionId, (votes.get(optionId) ?? 0) + change);
  let changed = 0;
  const votesCast = choices.map(({ voterKey, optionId }) =>
    outcomeOf(() => {
      const { from, to } = vote(open, optionId, ballots.get(voterKey) ?? earlier.get(voterKey));
      if (!to) return;
      ballots.set(voterKey, to);
      if (from) add(from, -1);
      add(to, 1);
      changed++;
    }),
  );
  const counted: OpenPoll = {
    ...open,
    rev: open.rev + changed,
    options: open.options.map((option) => ({ ...option, votes: option.votes + (votes.get(option.id) ?? 0) })),
  };
  return {
    outcomes: votesCast.map((cast) => ('refused' in cast ? cast : { result: counted })),
    ...(changed > 0 && { change: { poll: counted, ballots, votes } }),
  };
}

export interface Vote {
  /** The option that loses a vote; undefined for a first ballot. */
  readonly from?: string;
  /** The option that gains a vote; undefined, like `from`, when the choice is the same as before. */
  readonly to?: string;
}

/** @throws Refused `poll.unknown-option`. */
export function vote(poll: OpenPoll, optionId: string, earlier: string | undefined): Vote {
  if (!poll.options.some(({ id }) => id === optionId)) throw refuse('poll.unknown-option');
  return earlier === optionId ? {} : { from: earlier, to: optionId };
}
