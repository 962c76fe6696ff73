import { messagingMigrations } from '#messaging';
import type { DatabaseDefinition } from '#platform';
import { PollTables1763900000000 } from './migrations/1763900000000-poll-tables.js';
import { CoalescedTallies1764900000000 } from './migrations/1764900000000-coalesced-tallies.js';
import { Option } from './polls/option.entity.js';
import { Poll } from './polls/poll.entity.js';

/** Ballots have no entity: they are written in batches, in SQL. */
export const database: DatabaseDefinition = {
  entities: [Poll, Option],
  migrations: [...messagingMigrations, PollTables1763900000000, CoalescedTallies1764900000000],
};
