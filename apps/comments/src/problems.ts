import { problems } from '#api';
import { refusals } from '#http';

/** Every refusal of the comments service. */
export const refuse = refusals(
  problems(
    'comments.closed',
    'comments.busy',
    'comment.unknown',
    'comment.unknown-parent',
    'comment.repeated',
    'comment.empty',
    'comment.too-long',
  ),
);
