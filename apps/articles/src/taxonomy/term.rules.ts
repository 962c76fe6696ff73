import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Author, Slug, WebUrl } from '#events';
import { sanitized } from '#http';
import { refuse } from '../problems.js';
import { pluralOf, termKinds, type Term, type TermKind } from './term.entity.js';

/** The kind that an address names in the plural. */
export const KindInPath = z
  .enum(Object.values(pluralOf))
  .transform((plural) => termKinds.find((kind) => pluralOf[kind] === plural)!);

const name = z.string().trim().min(1).max(80);

/** What each kind of term takes; what is left out is taken away. */
const shapes = {
  section: z.strictObject({ name }),
  topic: z.strictObject({ name }),
  place: z.strictObject({
    name,
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'takes two letters of ISO 3166-1, such as CH')
      .optional(),
    parent: Slug.optional().describe('the larger place it lies in'),
  }),
  author: z.strictObject({
    name: z.string().trim().min(1).max(120),
    role: Author.shape.role,
    portrait: WebUrl.optional(),
    biography: Author.shape.biography,
  }),
} as const satisfies Record<TermKind, z.ZodType>;

export interface TermRequest {
  readonly name: string;
  readonly role?: string;
  readonly portrait?: string;
  readonly biography?: string;
  readonly country?: string;
  readonly parent?: string;
}

/** What describes a term, without its slug, which has rules of its own. */
export type TermContent = Pick<Term, 'name' | 'role' | 'portrait' | 'biography' | 'country' | 'parentId'>;

/** The content that a request asks for, in place of what there was. */
export const contentOf = (request: TermRequest, parent: Term | undefined): TermContent => ({
  name: request.name,
  role: request.role ?? null,
  portrait: request.portrait ?? null,
  biography: request.biography ?? null,
  country: request.country ?? null,
  parentId: parent?.id ?? null,
});

export const newTerm = (kind: TermKind, slug: string, content: TermContent): Term => ({
  id: uuidv7(),
  kind,
  slug,
  version: 1,
  mergedInto: null,
  ...content,
});

/** Each field that `content` changes, with both values, for the audit log. */
export const differences = (term: Term, content: TermContent): Record<string, Difference> =>
  Object.fromEntries(
    (Object.keys(content) as (keyof TermContent)[])
      .filter((field) => term[field] !== content[field])
      .map((field) => [field, { from: term[field], to: content[field] }]),
  );
export interface Difference {
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * @param expected the version that the caller saw; undefined when they named none.
 * @throws Refused `term.changed-meanwhile`.
 */
export function mustBeVersion(term: Term | null, expected: number | undefined): void {
  if (expected === undefined || term?.version === expected) return;
  throw refuse('term.changed-meanwhile', term ? { version: term.version } : {});
}

/** @throws Refused `precondition.required`. */
export function mustNameVersion(expected: number | undefined): asserts expected is number {
  if (expected === undefined) throw refuse('precondition.required');
}

export const termRequest = (kind: TermKind): z.ZodType<TermRequest> => sanitized(shapes[kind]);

/** A term as readers see it, with the slug of its parent. */
export const termResponse = ({ id, slug, name: called, ...term }: Term, parent?: string) => ({
  id,
  slug,
  name: called,
  ...(term.role && { role: term.role }),
  ...(term.portrait && { portrait: term.portrait }),
  ...(term.biography && { biography: term.biography }),
  ...(term.country && { country: term.country }),
  ...(parent && { parent }),
});
export type TermResponse = ReturnType<typeof termResponse>;

/** A term as the newsroom sees it. */
export const editorialTerm = (term: Term, parent?: string) => ({
  ...termResponse(term, parent),
  version: term.version,
});
export type EditorialTermResponse = ReturnType<typeof editorialTerm>;
