import { isStorable } from '#api';
import { Id } from '#events';
import { refuse } from '../problems.js';

/** The last entry of a page, in a list that is ordered by time and id. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

/** The position as an opaque string for the client to send back. */
export const cursorOf = ({ at, id }: Position): string =>
  Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');

/** @throws Refused `list.bad-cursor`. */
export function readCursor(cursor: string): Position {
  const [time = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (!Id.safeParse(id).success || rest.length > 0) throw refuse('list.bad-cursor');
  return { at: cursorTime(time), id };
}

/** A time in a cursor. @throws Refused `list.bad-cursor` for an invalid time, or one that the database cannot hold. */
export function cursorTime(text: string): Date {
  const at = new Date(text);
  if (!/^\d{4}-[\dT:.-]+Z$/.test(text) || !isStorable(at)) throw refuse('list.bad-cursor');
  return at;
}

/** The first `limit` rows of `limit` + 1, and the cursor of the next page if there is one more. */
export function pageOf<Row>(
  found: readonly Row[],
  limit: number,
  positionOf: (row: Row) => Position,
): { items: Row[]; nextCursor?: string } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(found.length > limit && last && { nextCursor: cursorOf(positionOf(last)) }) };
}
