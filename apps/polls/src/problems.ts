import { refusals } from '#http';

/** Every refusal of the polls service. */
export const refuse = refusals({
  'poll.unknown': [404, 'There is no such poll.'],
  'poll.retracted': [410, 'The article that contains this poll was retracted.'],
  'poll.busy': [503, 'Too many votes at once. This one was not stored; send it again shortly.'],
  'poll.not-open': [409, 'The poll is not open for votes.'],
  'poll.unknown-option': [422, 'The poll has no such option.'],
});
