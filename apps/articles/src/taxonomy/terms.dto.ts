import { z } from 'zod';
import { termRequests } from '#api';
import { sanitized } from '#http';
import { pluralOf, termKinds, type Term, type TermKind } from './term.entity.js';

/** The kind, in the plural as in URLs. */
export const KindInPath = z
  .enum(Object.values(pluralOf))
  .transform((plural) => termKinds.find((kind) => pluralOf[kind] === plural)!);

export interface TermRequest {
  readonly name: string;
  readonly role?: string;
  readonly portrait?: string;
  readonly biography?: string;
  readonly country?: string;
  readonly parent?: string;
}

export const termRequest = (kind: TermKind): z.ZodType<TermRequest> => sanitized(termRequests[kind]);

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
