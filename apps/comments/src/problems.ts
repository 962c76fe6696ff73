import { refusals } from '#platform';

/** Everything the comments service says no to. */
export const refuse = refusals({
  'comments.closed': [409, 'This article takes no comments at the moment.'],
  'comment.unknown': [404, 'There is no such comment.'],
  'comment.unknown-parent': [422, 'The comment this one replies to is not there.'],
  'comment.repeated': [409, 'You have said this here already.'],
  'comment.empty': [422, 'A comment needs at least one visible character.'],
  'list.bad-cursor': [422, 'The cursor is not one that a list has given out.'],
});
