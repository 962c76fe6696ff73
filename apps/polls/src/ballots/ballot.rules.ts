import { Refused } from '#http';
import type { Outcome } from '#platform';
import type { Poll } from '../polls/poll.entity.js';
import { vote } from '../polls/poll.rules.js';

/** A reader's choice, before it is decided whether it counts. */
export interface Choice {
  readonly voterKey: string;
  readonly optionId: string;
}

/** What choices made at the same time do to a poll. */
export interface Count {
  /** What became of each choice, in their order; undefined when it counts. */
  readonly refusals: readonly (Refused | undefined)[];
  /** The ballots that changed, by voter. */
  readonly ballots: ReadonlyMap<string, string>;
  /** Changes of the tally by option, those of 0 included. */
  readonly changes: ReadonlyMap<string, number>;
  /** How many choices changed a ballot. */
  readonly changed: number;
}

/**
 * Counts choices one after the other, as if each had come alone.
 * @param earlier the voters' ballots so far.
 */
export function countChoices(
  poll: Poll | null,
  choices: readonly Choice[],
  earlier: ReadonlyMap<string, string>,
): Count {
  const ballots = new Map<string, string>();
  const changes = new Map<string, number>();
  const add = (option: string, votes: number) => changes.set(option, (changes.get(option) ?? 0) + votes);
  let changed = 0;
  const refusals = choices.map(({ voterKey, optionId }) => {
    try {
      const { from, to } = vote(poll, optionId, ballots.get(voterKey) ?? earlier.get(voterKey));
      if (!to) return undefined;
      ballots.set(voterKey, to);
      if (from) add(from, -1);
      add(to, 1);
      changed++;
      return undefined;
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
  });
  return { refusals, ballots, changes, changed };
}

export const outcomesOf = (poll: Poll | null, { refusals }: Count): Outcome<Poll>[] =>
  refusals.map((refused) => (refused ? { refused } : { result: poll! }));
