import { Id } from '#events';
import { refuse } from '../problems.js';
import { isStorable } from '../article/times.js';

/** Where a page of a list that is ordered by a time ended. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

/** The position as an opaque string for the client to send back. */
export const cursorOf = ({ at, id }: Position): string =>
  Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');

/** @throws Refused `list.bad-cursor`. */
export function readCursor(cursor: string): Position {
  const [time = '', id, ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (!Id.safeParse(id).success || rest.length > 0) throw refuse('list.bad-cursor');
  return { at: cursorTime(time), id: id! };
}

/** A time as a cursor holds it. @throws Refused `list.bad-cursor` for what is none, or none that a list could have. */
export function cursorTime(text: string): Date {
  const at = new Date(text);
  if (!/^\d{4}-[\dT:.-]+Z$/.test(text) || !isStorable(at)) throw refuse('list.bad-cursor');
  return at;
}
