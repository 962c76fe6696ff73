import { z } from 'zod';
import type { PollSnapshot } from '#events';
import { sanitized } from '#http';
import type { OpenedPoll, Poll } from './poll.entity.js';

const OptionText = z.string().trim().min(1).max(100);

export const CreatePollRequest = sanitized(
  z.strictObject({
    question: z.string().trim().min(1).max(200),
    options: z
      .array(OptionText)
      .min(2)
      .max(10)
      .refine((texts) => new Set(texts).size === texts.length, 'contains an option twice'),
  }),
);
export type CreatePollRequest = z.infer<typeof CreatePollRequest>;

const optionsOf = ({ options }: Poll) =>
  options.toSorted((a, b) => a.position - b.position).map(({ id, text, votes }) => ({ id, text, votes }));

/** The poll as events carry it. */
export function pollSnapshot(poll: OpenedPoll): PollSnapshot {
  const options = optionsOf(poll);
  return {
    id: poll.id,
    articleId: poll.articleId,
    question: poll.question,
    options,
    votes: options.reduce((sum, { votes }) => sum + votes, 0),
    openedAt: poll.openedAt.toISOString(),
    ...(poll.closedAt && { closedAt: poll.closedAt.toISOString() }),
  };
}

export const pollResponse = (poll: OpenedPoll) => ({ ...pollSnapshot(poll), state: poll.state });
export type PollResponse = ReturnType<typeof pollResponse>;

export const editorialPoll = (poll: Poll) => ({
  id: poll.id,
  question: poll.question,
  state: poll.state,
  articleId: poll.articleId ?? undefined,
  options: optionsOf(poll),
});
export type EditorialPollResponse = ReturnType<typeof editorialPoll>;
