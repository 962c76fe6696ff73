import { z } from 'zod';
import { Author, Slug, WebUrl } from '#events';
import { inertText } from '../articles/inert-text.js';
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

export const termRequest = (kind: TermKind): z.ZodType<TermRequest> =>
  z.preprocess((value) => inertText(value), shapes[kind]);

/** What is told of a term, with the slug of its parent. */
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
