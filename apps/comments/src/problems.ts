import { refusals } from '#http';

/** Every refusal of the comments service. */
export const refuse = refusals({
  'comments.closed': [409, 'This article is not open for comments.'],
  'comments.busy': [503, 'Too many comments at once. This one was not stored; send it again shortly.'],
  'comment.unknown': [404, 'There is no such comment.'],
  'comment.unknown-parent': [422, 'The comment that this one replies to does not exist.'],
  'comment.repeated': [409, 'You have already posted this text here.'],
  'comment.empty': [422, 'A comment needs at least one visible character.'],
  'comment.too-long': [422, 'A comment may have at most 2000 characters.'],
});
