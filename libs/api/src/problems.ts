import { z } from 'zod';
import { named } from './components.js';

/**
 * The catalogue of problem codes: status and title of each. Codes are part of the API and never change; titles are for
 * people and may change.
 */
export const problemCatalogue = {
  // Of every service.
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
  // Of articles.
  'article.unknown': [404, 'There is no such article.'],
  'article.changed-meanwhile': [
    412,
    'The article has changed since you loaded it; load it again and repeat the change.',
  ],
  'article.not-published': [409, 'The article is not published.'],
  'article.not-retracted': [409, 'Only a retracted article can be purged.'],
  'article.not-a-draft': [409, 'Only a draft can be discarded; cancel the schedule or retract the article.'],
  'article.already-retracted': [409, 'The article was retracted; it can no longer be changed.'],
  'article.purged': [409, 'The text of this article was already erased.'],
  'article.slug-taken': [409, 'Another article has or had this slug.'],
  'article.fields-reserved': [403, 'Some changed fields require another role; see errors.'],
  'article.unchanged': [409, 'The article has no unpublished changes.'],
  'article.incomplete': [422, 'The article is incomplete; see errors.'],
  'article.embargoed': [409, 'The article is under embargo; publish or schedule it for later.'],
  'article.too-many-corrections': [409, 'The article has the maximum number of corrections.'],
  'draft.unknown': [404, 'The article has no such former working copy.'],
  'revision.unknown': [404, 'The article has no such revision.'],
  'schedule.past': [422, 'The time is in the past.'],
  'schedule.offline-first': [422, 'offlineAt must be after publishAt.'],
  'schedule.never-public': [409, 'The article is not public; set publishAt.'],
  'schedule.none': [409, 'Nothing is scheduled.'],
  'term.unknown': [422, 'Some authors, sections, topics or places do not exist; create them first.'],
  'article.moved': [301, 'The article has another slug now.'],
  'term.moved': [301, 'The term has another slug now.'],
  'term.not-found': [404, 'There is no such section, topic, place or author.'],
  'term.slug-taken': [409, 'This slug already belongs to another term.'],
  'term.changed-meanwhile': [
    412,
    'The term has changed since you loaded it; load it again and repeat the change.',
  ],
  'term.in-use': [409, 'The term is in use; merge it into another one instead.'],
  'term.itself': [422, 'A term cannot be its own parent or be merged into itself.'],
  'search.empty': [422, 'The query has no searchable words.'],
  // Of comments.
  'comments.closed': [409, 'This article is not open for comments.'],
  'comments.busy': [503, 'Too many comments at once. This one was not stored; send it again shortly.'],
  'comment.unknown': [404, 'There is no such comment.'],
  'comment.unknown-parent': [422, 'The comment that this one replies to does not exist.'],
  'comment.repeated': [409, 'You have already posted this text here.'],
  'comment.empty': [422, 'A comment needs at least one visible character.'],
  'comment.too-long': [422, 'A comment may have at most 2000 characters.'],
  // Of polls.
  'poll.unknown': [404, 'There is no such poll.'],
  'poll.retracted': [410, 'The article that contains this poll was retracted.'],
  'poll.busy': [503, 'Too many votes at once. This one was not stored; send it again shortly.'],
  'poll.not-open': [409, 'The poll is not open for votes.'],
  'poll.unknown-option': [422, 'The poll has no such option.'],
  // Of the gateway.
  'gateway.busy': [503, 'The gateway is overloaded; try again shortly.'],
  'service.busy': [503, 'A service is overloaded; try again shortly.'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemCode = keyof typeof problemCatalogue;

/** Status and title of some codes, for the service that answers with them. */
export const problems = <const Code extends ProblemCode>(...codes: Code[]) =>
  Object.fromEntries(codes.map((code) => [code, problemCatalogue[code]])) as {
    [C in Code]: (typeof problemCatalogue)[C];
  };

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problemCatalogue, code);

/** RFC 9457 problem details. Problems may carry further members, such as `state`. */
export const Problem = named(
  'Problem',
  z.looseObject({
    type: z.string().describe('`/problems/{code}`, which documents the code'),
    title: z.string().describe('for people; may change'),
    status: z.int().min(400).max(599),
    code: z.string().describe('for programs; never changes'),
    detail: z.string().optional(),
    instance: z.string().optional().describe('the id of the request, as it appears in logs'),
    errors: z
      .array(z.object({ pointer: z.string().describe('RFC 6901'), detail: z.string() }))
      .optional()
      .describe('one entry per value that is not allowed'),
  }),
);
export type Problem = z.infer<typeof Problem>;

/** An entry of the catalogue. */
export const ProblemEntry = named(
  'ProblemEntry',
  z.object({ code: z.string(), status: z.int(), title: z.string() }),
);
export type ProblemEntry = z.infer<typeof ProblemEntry>;
