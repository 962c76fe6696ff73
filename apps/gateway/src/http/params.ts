import { z } from 'zod';
import { Slug } from '#events';

/** An id also has the form of a slug. */
export const IdOrSlug = Slug;

/** The query of a request as it was sent, with its question mark; empty if there is none. */
export const queryOf = ({ url }: { readonly url: string }): string => {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
};

/** A path with all defined values as its query. */
export function pathOf(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}

export const Ids = z.strictObject({ ids: z.string().max(4_000) });
