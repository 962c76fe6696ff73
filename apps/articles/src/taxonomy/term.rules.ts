import { v7 as uuidv7 } from 'uuid';
import { refuse } from '../problems.js';
import type { Term, TermKind } from './term.entity.js';
import type { TermRequest } from './terms.dto.js';

/** The description of a term. Its slug has rules of its own. */
export type TermContent = Pick<Term, 'name' | 'role' | 'portrait' | 'biography' | 'country' | 'parentId'>;

/** The content that a request asks for. Absent fields are cleared. */
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
 * @param expected the version that the caller saw; undefined when the request named none.
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
