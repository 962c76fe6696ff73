import { z } from 'zod';
import { Author, Slug, WebUrl } from '#events';
import { sanitized } from '#http';
import { pluralOf, termKinds, type Term, type TermKind } from './term.entity.js';

/** The kind, in the plural as in URLs. */
export const KindInPath = z
  .enum(Object.values(pluralOf))
  .transform((plural) => termKinds.find((kind) => pluralOf[kind] === plural)!);

const name = z.string().trim().min(1).max(80);

/** The fields of each kind of term. Absent fields are cleared. */
const shapes = {
  section: z.strictObject({ name }),
  topic: z.strictObject({ name }),
  place: z.strictObject({
    name,
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be two letters of ISO 3166-1, such as CH')
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

export const termRequest = (kind: TermKind): z.ZodType<TermRequest> => sanitized(shapes[kind]);

/** The columns of a term that readers see. */
export type PublicTerm = Omit<Term, 'version' | 'parentId' | 'mergedInto'>;

/** A term as readers see it, with the slug of its parent. */
export const termResponse = ({ id, slug, ...term }: PublicTerm, parent?: string) => ({
  id,
  slug,
  name: term.name,
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
