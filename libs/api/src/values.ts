import { z } from 'zod';
import { Author, Block, Picture, Slug, Term, Time } from '#events';
import { named } from './components.js';

named('Author', Author);
named('Block', Block);
named('Picture', Picture);
named('TermOfArticle', Term);

/** A time with an offset, which daylight saving cannot make ambiguous: RFC 3339. */
export const TimeWithOffset = z.iso.datetime({ offset: true });
/** A time of a response that may be missing. */
export const MaybeTime = Time.nullable();

export const LIST_LIMITS = { articles: 50, comments: 50, desk: 100, audit: 200, terms: 500, revisions: 100 };

/** `limit` of a list: 1 to `most`. */
export const limitOf = (most: number, usual: number) =>
  z.coerce.number<number | string>().int().min(1).max(most).default(usual);

export const Cursor = z.string().max(200).describe('`nextCursor` of the previous page');
export const NextCursor = z
  .string()
  .optional()
  .describe('`cursor` of the next page; missing on the last page');

/** A version in a path or query. */
export const VersionParameter = z.coerce.number<number | string>().int().min(1).max(2_147_483_647);

/** An id is a valid slug, too. */
export const IdOrSlug = Slug.describe('the id, or the current or a former slug');

/** Who acted: a member of staff, or the system itself. */
export const ActorName = z.object({ id: z.string(), name: z.string() });
