import { refusals } from '#http';

/** Everything the comments service says no to. */
export const refuse = refusals({
  'comments.closed': [409, 'This article takes no comments at the moment.'],
  'comments.busy': [503, 'Too many comments at once. This one was not stored; send it again shortly.'],
  'comment.unknown': [404, 'There is no such comment.'],
  'comment.unknown-parent': [422, 'The comment this one replies to is not there.'],
  'comment.repeated': [409, 'You have said this here already.'],
  'comment.empty': [422, 'A comment needs at least one visible character.'],
  'comment.too-long': [422, 'A comment has 2000 characters at most.'],
});
