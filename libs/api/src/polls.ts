import { z } from 'zod';
import { Count, Id, PollSnapshot } from '#events';
import { named } from './components.js';
import { defineRoute } from './define-route.js';

const params = z.object({ id: Id });

const PollState = z.enum(['draft', 'open', 'closed']);
const Option = z.object({ id: Id, text: z.string(), votes: Count });

/** A poll as readers see it. */
export const PublicPoll = named('Poll', PollSnapshot.extend({ state: PollState.exclude(['draft']) }));
export type PublicPoll = z.infer<typeof PublicPoll>;

export const CastBallotRequest = z.strictObject({ optionId: Id });
export const CastBallotResponse = PublicPoll.extend({
  myOptionId: Id.describe('the option that this reader voted for'),
});

export const EditorialPoll = named(
  'EditorialPoll',
  z.object({
    id: Id,
    question: z.string(),
    state: PollState,
    articleId: Id.optional().describe('the article that contains the poll, once published'),
    options: z.array(Option),
  }),
);
export type EditorialPoll = z.infer<typeof EditorialPoll>;

export const CreatePollRequest = named(
  'CreatePollRequest',
  z.strictObject({
    question: z.string().trim().min(1).max(200),
    options: z
      .array(z.string().trim().min(1).max(100))
      .min(2)
      .max(10)
      .refine((texts) => new Set(texts).size === texts.length, 'has a duplicate option'),
  }),
);
export type CreatePollRequest = z.infer<typeof CreatePollRequest>;

export const getPoll = defineRoute({
  method: 'GET',
  path: '/v1/polls/{id}',
  summary: 'An open or closed poll with its tally.',
  audience: ['anyone'],
  params,
  response: PublicPoll,
  cached: true,
  problems: ['poll.unknown', 'poll.retracted'],
});

export const castBallot = defineRoute({
  method: 'PUT',
  path: '/v1/polls/{id}/ballot',
  summary: 'Casts or changes the ballot of this reader.',
  audience: ['reader'],
  params,
  body: CastBallotRequest,
  response: CastBallotResponse,
  problems: ['poll.unknown', 'poll.retracted', 'poll.not-open', 'poll.unknown-option', 'poll.busy'],
});

export const createPoll = defineRoute({
  method: 'POST',
  path: '/v1/editorial/polls',
  summary: 'Creates a poll. It opens when an article that contains it is published.',
  audience: ['author', 'editor'],
  body: CreatePollRequest,
  idempotencyKey: true,
  status: 201,
  response: EditorialPoll,
});

export const getEditorialPoll = defineRoute({
  method: 'GET',
  path: '/v1/editorial/polls/{id}',
  summary: 'A poll in any state.',
  audience: ['author', 'editor'],
  params,
  response: EditorialPoll,
  problems: ['poll.unknown'],
});

export const closePoll = defineRoute({
  method: 'POST',
  path: '/v1/editorial/polls/{id}/close',
  summary: 'Ends voting. A closed poll stays closed.',
  audience: ['editor'],
  params,
  response: EditorialPoll,
  problems: ['poll.unknown', 'poll.not-open'],
});
