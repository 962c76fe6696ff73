import { refusals } from '#http';

/** Everything the polls service says no to. */
export const refuse = refusals({
  'poll.unknown': [404, 'There is no such poll.'],
  'poll.retracted': [410, 'The article with this poll was taken down.'],
  'poll.busy': [503, 'Too many votes at once. This one was not stored; send it again shortly.'],
  'poll.not-open': [409, 'This poll is not open for votes.'],
  'poll.unknown-option': [422, 'This poll has no such option.'],
});
