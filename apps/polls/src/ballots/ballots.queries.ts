import type { EntityManager } from 'typeorm';
import type { BallotChange, Choice } from './ballot.rules.js';

/** The voters' ballots in this poll so far: option by voter. */
export async function ballotsOf(
  tx: EntityManager,
  pollId: string,
  choices: readonly Choice[],
): Promise<Map<string, string>> {
  const rows = await tx.sql<Choice[]>`
    SELECT voter_key AS "voterKey", option_id AS "optionId" FROM ballot
    WHERE poll_id = ${pollId} AND voter_key = ANY(${choices.map(({ voterKey }) => voterKey)}::text[])`;
  return new Map(rows.map(({ voterKey, optionId }) => [voterKey, optionId]));
}

/** Stores changed ballots and the votes of their options. */
export async function storeBallots(
  tx: EntityManager,
  pollId: string,
  { ballots, votes }: BallotChange,
  castAt: Date,
): Promise<void> {
  await tx.sql`
    INSERT INTO ballot (poll_id, voter_key, option_id, cast_at)
    SELECT ${pollId}, voter_key, option_id, ${castAt}
    FROM unnest(${[...ballots.keys()]}::text[], ${[...ballots.values()]}::uuid[]) AS changed (voter_key, option_id)
    ON CONFLICT (poll_id, voter_key) DO UPDATE SET option_id = excluded.option_id, cast_at = excluded.cast_at`;
  await tx.sql`
    UPDATE option SET votes = votes + change
    FROM unnest(${[...votes.keys()]}::uuid[], ${[...votes.values()]}::int[]) AS changed (option_id, change)
    WHERE id = option_id AND change <> 0`;
}
