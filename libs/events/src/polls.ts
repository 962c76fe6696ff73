import { z } from 'zod';
import { defineEvent } from './define-event.js';
import { Count, Id, Time, Version } from './values.js';

export const PollSnapshot = z.object({
  id: Id,
  articleId: Id.describe('the article that contains it'),
  question: z.string().min(1).max(200),
  options: z
    .array(z.object({ id: Id, text: z.string().min(1).max(100), votes: Count }))
    .min(2)
    .max(10),
  votes: Count.describe('ballots cast, the sum over all options'),
  openedAt: Time,
  closedAt: Time.optional(),
});
export type PollSnapshot = z.infer<typeof PollSnapshot>;

/**
 * Every poll event carries the whole poll, since the topic is compacted and only the last record of a poll is certain
 * to be kept. `rev` increases with every ballot and change of state.
 */
const snapshot = z.object({ rev: Version, poll: PollSnapshot });

export const pollOpened = defineEvent({
  type: 'poll.opened',
  topic: 'newsroom.polls',
  summary: 'Readers can vote.',
  data: snapshot,
});

export const pollTallied = defineEvent({
  type: 'poll.tallied',
  topic: 'newsroom.polls',
  summary: 'New ballots were counted; at most one per second per poll.',
  data: snapshot,
});

export const pollClosed = defineEvent({
  type: 'poll.closed',
  topic: 'newsroom.polls',
  summary: 'Voting has ended; the tally is final.',
  data: snapshot,
});
