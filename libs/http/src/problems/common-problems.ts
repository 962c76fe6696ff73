/** HTTP status and title of each problem code. */
export type ProblemTable = Readonly<Record<string, readonly [status: number, title: string]>>;

/** Problems that more than one service answers with; each service's `refuse` accepts them. */
export const commonProblems = {
  'article.retracted': [410, 'This article was retracted.'],
  'audience.undeclared': [403, 'This route has no declared audience.'],
  'auth.forbidden': [403, 'The token has none of the required roles.'],
  'auth.required': [401, 'A valid bearer token is required.'],
  'auth.unavailable': [503, 'The keys of the token issuer are unavailable at the moment; try again shortly.'],
  'client.gone': [499, 'The client closed its connection.'],
  'idempotency-key.invalid': [400, 'Idempotency-Key must have 1 to 200 visible ASCII characters.'],
  internal: [500, 'Something went wrong on our side.'],
  'list.bad-cursor': [422, 'The cursor is not valid for this list.'],
  'method.unknown': [405, 'This address does not accept this method.'],
  'origin.refused': [
    403,
    'Pages of this origin may not send changes; SITE_URL and ALLOWED_ORIGINS define which may.',
  ],
  'outcome.unknown': [
    504,
    'It is unknown whether the request took effect; check, or repeat it with the same Idempotency-Key.',
  ],
  'precondition.invalid': [400, 'If-Match must be one ETag as it was received, such as "7".'],
  'precondition.required': [428, 'Send If-Match with the ETag of the version you changed.'],
  'reader.unknown': [401, 'A reader token issued by the gateway is required.'],
  'request.invalid': [422, 'The request has invalid values.'],
  'request.media-type': [415, 'The body must be application/json.'],
  'request.refused': [400, 'The request was refused.'],
  'request.too-large': [413, 'The body is larger than allowed.'],
  'request.too-long': [414, 'The URL is longer than allowed.'],
  'request.too-many': [429, 'Too many requests; wait a little.'],
  'route.unknown': [404, 'There is nothing at this address.'],
  'service.unavailable': [503, 'The service is unavailable at the moment; try again shortly.'],
} as const satisfies ProblemTable;

export type CommonCode = keyof typeof commonProblems;
