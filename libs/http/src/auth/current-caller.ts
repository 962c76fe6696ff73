import { createParamDecorator } from '@nestjs/common';
import { currentRequest, type Actor } from '#platform';
import { refuse } from '../problems/refusals.js';

/** The actor; for routes whose audience needs a credential, such as that of `ForRoles`. */
export const CurrentActor = createParamDecorator((): Actor => {
  const actor = currentRequest()?.caller.actor;
  if (!actor) throw refuse('auth.required');
  return actor;
});

/** Whether the caller subscribes; for routes with `ForAnyoneOrSubscribers`. */
export const IsSubscriber = createParamDecorator(
  (): boolean => currentRequest()?.caller.actor?.isSubscriber ?? false,
);

/** The id of the calling reader; for routes with `ForReaders`. */
export const ReaderId = createParamDecorator((): string => {
  const readerId = currentRequest()?.caller.readerId;
  if (!readerId) throw refuse('reader.unknown');
  return readerId;
});
