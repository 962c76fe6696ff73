import { refuse } from '../problems.js';

/** Where a page of a list that is ordered by a time ended. */
export interface Place {
  readonly at: Date;
  readonly id: string;
}

/** The place as a string for the client to hand back, that promises nothing about its form. */
export const cursorOf = ({ at, id }: Place): string =>
  Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');

/** @throws Refused `list.bad-cursor`. */
export function readCursor(cursor: string): Place {
  const [, time, id] =
    /^(\d{4}-[\dT:.-]+Z) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const at = new Date(time ?? '');
  if (!id || Number.isNaN(at.getTime())) throw refuse('list.bad-cursor');
  return { at, id };
}
