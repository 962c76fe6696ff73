import { z } from 'zod';
import { Author, Id, Slug, Time, WebUrl } from '#events';
import { named } from './components.js';
import { defineRoute } from './define-route.js';
import { ActorName, limitOf, LIST_LIMITS } from './values.js';

export const termKinds = ['section', 'topic', 'place', 'author'] as const;
export type TermKind = (typeof termKinds)[number];

/** A section, topic, place or author as readers see it. */
export const TermResponse = named(
  'Term',
  z.object({
    id: Id,
    slug: Slug,
    name: z.string(),
    role: z.string().optional().describe('of an author'),
    portrait: WebUrl.optional().describe('of an author'),
    biography: z.string().optional().describe('of an author'),
    country: z.string().optional().describe('of a place: two letters of ISO 3166-1'),
    parent: Slug.optional().describe('of a place: the larger place that it lies in'),
  }),
);
export type TermResponse = z.infer<typeof TermResponse>;

/** A term that a list is filtered by. */
export const FilterTerm = TermResponse.extend({ kind: z.enum(termKinds) });

export const EditorialTerm = named('EditorialTerm', TermResponse.extend({ version: z.int().positive() }));
export type EditorialTerm = z.infer<typeof EditorialTerm>;

const name = z.string().trim().min(1).max(80);

/** The request body of each kind of term; an omitted member is removed. */
export const termRequests = {
  section: z.strictObject({ name }),
  topic: z.strictObject({ name }),
  place: z.strictObject({
    name,
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be two letters of ISO 3166-1, such as CH')
      .optional(),
    parent: Slug.optional().describe('the larger place that it lies in'),
  }),
  author: z.strictObject({
    name: z.string().trim().min(1).max(120),
    role: Author.shape.role,
    portrait: WebUrl.optional(),
    biography: Author.shape.biography,
  }),
} as const satisfies Record<TermKind, z.ZodType>;

const ListTermsQuery = z.strictObject({
  after: Slug.optional().describe('the slug of the last term seen'),
  limit: limitOf(LIST_LIMITS.terms, LIST_LIMITS.terms),
});

const AuditQuery = z.strictObject({
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional()
    .describe('the id of the last entry seen'),
  limit: limitOf(LIST_LIMITS.audit, 100),
});

export const TermAuditEntry = named(
  'TermAuditEntry',
  z.object({
    id: z.string(),
    termId: Id,
    slug: Slug.describe('as it was before the action'),
    version: z.int().positive().describe('after the action'),
    did: z.enum(['create', 'change', 'rename', 'merge', 'delete']),
    at: Time,
    by: ActorName,
    details: z.record(z.string(), z.unknown()),
  }),
);

const params = z.object({ slug: Slug });

/** The routes of one kind of term. */
const routesOf = <Plural extends string, Request extends z.ZodType>(
  kind: TermKind,
  plural: Plural,
  request: Request,
) => ({
  list: defineRoute({
    method: 'GET',
    path: `/v1/${plural}` as const,
    summary: `The ${plural} with published articles.`,
    audience: ['anyone'],
    query: ListTermsQuery,
    response: z.array(TermResponse),
    cached: true,
    problems: ['list.bad-cursor'],
  }),
  editorialList: defineRoute({
    method: 'GET',
    path: `/v1/editorial/${plural}` as const,
    summary: `All ${plural}.`,
    audience: ['author', 'editor'],
    query: ListTermsQuery,
    response: z.array(EditorialTerm),
    problems: ['list.bad-cursor'],
  }),
  get: defineRoute({
    method: 'GET',
    path: `/v1/editorial/${plural}/{slug}` as const,
    summary: `One ${kind}, by its current or a former slug.`,
    audience: ['author', 'editor'],
    params,
    response: EditorialTerm,
    etag: 'version',
    problems: ['term.not-found'],
  }),
  audit: defineRoute({
    method: 'GET',
    path: `/v1/editorial/${plural}/{slug}/audit` as const,
    summary: `The audit log of the ${kind}, newest first.`,
    audience: ['author', 'editor'],
    params,
    query: AuditQuery,
    response: z.object({ items: z.array(TermAuditEntry) }),
  }),
  put: defineRoute({
    method: 'PUT',
    path: `/v1/editorial/${plural}/{slug}` as const,
    summary: `Creates the ${kind}, or changes it if If-Match is sent.`,
    audience: ['editor'],
    params,
    body: request,
    ifMatch: 'optional',
    response: EditorialTerm,
    etag: 'version',
    problems: [
      'term.changed-meanwhile',
      'term.slug-taken',
      'term.not-found',
      'term.itself',
      'precondition.required',
    ],
  }),
  rename: defineRoute({
    method: 'POST',
    path: `/v1/editorial/${plural}/{slug}/rename` as const,
    summary: `Gives the ${kind} another slug; the former one redirects.`,
    audience: ['editor'],
    params,
    body: z.strictObject({ slug: Slug }),
    ifMatch: 'required',
    response: EditorialTerm,
    etag: 'version',
    problems: ['term.not-found', 'term.changed-meanwhile', 'term.slug-taken'],
  }),
  merge: defineRoute({
    method: 'POST',
    path: `/v1/editorial/${plural}/{slug}/merge` as const,
    summary: `Merges the ${kind} into another one, which is returned.`,
    audience: ['editor'],
    params,
    body: z.strictObject({ into: Slug }),
    ifMatch: 'required',
    response: EditorialTerm,
    etag: 'version',
    problems: ['term.not-found', 'term.changed-meanwhile', 'term.itself'],
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: `/v1/editorial/${plural}/{slug}` as const,
    summary: `Deletes the ${kind}, if no article uses it.`,
    audience: ['editor'],
    params,
    ifMatch: 'required',
    response: null,
    problems: ['term.not-found', 'term.changed-meanwhile', 'term.in-use', 'term.slug-taken'],
  }),
});

export const sectionRoutes = routesOf('section', 'sections', termRequests.section);
export const topicRoutes = routesOf('topic', 'topics', termRequests.topic);
export const placeRoutes = routesOf('place', 'places', termRequests.place);
export const authorRoutes = routesOf('author', 'authors', termRequests.author);
