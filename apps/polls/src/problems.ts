import { problems } from '#api';
import { refusals } from '#http';

/** Every refusal of the polls service. */
export const refuse = refusals(
  problems('poll.unknown', 'poll.retracted', 'poll.busy', 'poll.not-open', 'poll.unknown-option'),
);
