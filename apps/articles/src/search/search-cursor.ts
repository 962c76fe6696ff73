import { cursorTime } from '../lists/cursor.js';
import { refuse } from '../problems.js';

/** How what was typed is understood: as it is, with words spelled much like it, with any part of its compounds. */
export const readings = ['typed', 'similar', 'parts'] as const;
export type Reading = (typeof readings)[number];

/** Where a page of hits starts. */
export type SearchPosition = { readonly reading: Reading } & (
  | {
      readonly order: 'relevance';
      /** Hits published later are left out, so that they do not shift the pages. */
      readonly asOf: Date;
      readonly offset: number;
    }
  | {
      readonly order: 'date';
      /** The last hit of the page before. */
      readonly after?: { readonly at: Date; readonly id: string };
    }
);

/** The position as an opaque string for the client to send back. */
export function searchCursorOf(position: SearchPosition): string {
  const where =
    position.order === 'relevance'
      ? `${position.asOf.toISOString()} ${position.offset}`
      : `${position.after!.at.toISOString()} ${position.after!.id}`;
  return Buffer.from(`${where} ${position.reading}`).toString('base64url');
}

/** @throws Refused `list.bad-cursor`. */
export function readSearchCursor(cursor: string): SearchPosition {
  const [, time, offset, id, reading] =
    /^(\d{4}-[\dT:.-]+Z) (?:(\d{1,3})|([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})) (typed|similar|parts)$/.exec(
      Buffer.from(cursor, 'base64url').toString(),
    ) ?? [];
  if (!reading) throw refuse('list.bad-cursor');
  const at = cursorTime(time!);
  return id
    ? { reading: reading as Reading, order: 'date', after: { at, id } }
    : { reading: reading as Reading, order: 'relevance', asOf: at, offset: Number(offset) };
}
