import { z } from 'zod';
import { Author, Block, Picture, Slug, Term, Time } from '#events';
import { named } from './components.js';

named('Author', Author);
named('Block', Block);
named('Picture', Picture);
named('TermOfArticle', Term);

/** The years that JavaScript, RFC 3339 and PostgreSQL all write the same way. */
const [EARLIEST, LATEST] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

/** Whether the database can hold the time. */
export const isStorable = (time: Date): boolean => time.getTime() >= EARLIEST && time.getTime() <= LATEST;

/**
 * A moment in the years 1 to 9999, RFC 3339. Daylight saving time makes local times ambiguous, so a time must have an
 * offset.
 */
export const TimeWithOffset = z.iso
  .datetime({ offset: true, error: 'must be a time with an offset, such as 2026-10-25T02:30:00+01:00' })
  .refine((time) => isStorable(new Date(time)), 'must be within the years 1 to 9999');
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
