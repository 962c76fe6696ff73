import { z } from 'zod';
import { Id } from '#events';
import type { OpenPoll } from '../polls/poll.entity.js';
import { pollResponse, type PollResponse } from '../polls/polls.dto.js';

export const CastBallotRequest = z.strictObject({ optionId: Id });
export type CastBallotRequest = z.infer<typeof CastBallotRequest>;

export type BallotResponse = PollResponse & { readonly myOptionId: string };

export const ballotResponse = (poll: OpenPoll, myOptionId: string): BallotResponse => ({
  ...pollResponse(poll),
  myOptionId,
});
