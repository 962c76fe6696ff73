import { problems } from '#api';

/** HTTP status and title of each problem code. */
export type ProblemTable = Readonly<Record<string, readonly [status: number, title: string]>>;

/** Problems that more than one service answers with; each service's `refuse` accepts them. */
export const commonProblems = problems(
  'article.retracted',
  'audience.undeclared',
  'auth.forbidden',
  'auth.required',
  'auth.unavailable',
  'client.gone',
  'idempotency-key.invalid',
  'internal',
  'list.bad-cursor',
  'method.unknown',
  'origin.refused',
  'outcome.unknown',
  'precondition.invalid',
  'precondition.required',
  'reader.unknown',
  'request.invalid',
  'request.media-type',
  'request.refused',
  'request.too-large',
  'request.too-long',
  'request.too-many',
  'route.unknown',
  'service.unavailable',
);

export type CommonCode = keyof typeof commonProblems;
