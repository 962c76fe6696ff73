import { z } from 'zod';
import { Id, type PollSnapshot } from '#events';
import { sanitized } from '#http';
import type { Poll } from './poll.entity.js';

const OptionText = z.string().trim().min(1).max(100);

export const CreatePollRequest = sanitized(
  z.strictObject({
    question: z.string().trim().min(1).max(200),
    options: z
      .array(OptionText)
      .min(2)
      .max(10)
      .refine((texts) => new Set(texts).size === texts.length, 'has one option twice'),
  }),
);
export type CreatePollRequest = z.infer<typeof CreatePollRequest>;

export const CastBallotRequest = z.strictObject({ optionId: Id });
export type CastBallotRequest = z.infer<typeof CastBallotRequest>;

const optionsOf = ({ options }: Poll) =>
  options.toSorted((a, b) => a.position - b.position).map(({ id, text, votes }) => ({ id, text, votes }));

/** The poll as events carry it. It has been opened. */
export function pollSnapshot(poll: Poll): PollSnapshot {
  const options = optionsOf(poll);
  return {
    id: poll.id,
    articleId: poll.articleId!,
    question: poll.question,
    options,
    votes: options.reduce((sum, { votes }) => sum + votes, 0),
    openedAt: poll.openedAt!.toISOString(),
    ...(poll.closedAt && { closedAt: poll.closedAt.toISOString() }),
  };
}

export const pollResponse = (poll: Poll) => ({ ...pollSnapshot(poll), state: poll.state });
export type PollResponse = ReturnType<typeof pollResponse>;

export const editorialPoll = (poll: Poll) => ({
  id: poll.id,
  question: poll.question,
  state: poll.state,
  articleId: poll.articleId ?? undefined,
  options: optionsOf(poll),
});
export type EditorialPollResponse = ReturnType<typeof editorialPoll>;
