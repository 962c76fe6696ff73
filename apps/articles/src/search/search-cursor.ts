import { cursorTime, type Position } from '../lists/cursor.js';
import { refuse } from '../problems.js';

/** How a query is read: as typed, with similar words, or by any part of its compounds. */
export const readings = ['typed', 'similar', 'parts'] as const;
export type Reading = (typeof readings)[number];

/** Where a page of hits by relevance starts. */
interface ByRelevance {
  readonly reading: Reading;
  readonly order: 'relevance';
  /** Hits published later are left out, so that they do not shift the pages. */
  readonly asOf: Date;
  readonly offset: number;
}

/** Where a page of hits by date starts. */
interface ByDate {
  readonly reading: Reading;
  readonly order: 'date';
  /** The last hit of the page before; absent for the first page. */
  readonly after?: Position;
}

export type SearchPosition = ByRelevance | ByDate;

/** Where a page after the first starts. */
export type NextPosition = ByRelevance | Required<ByDate>;

/** The position as an opaque string for the client to send back. */
export function searchCursorOf(position: NextPosition): string {
  const where =
    position.order === 'relevance'
      ? `${position.asOf.toISOString()} ${position.offset}`
      : `${position.after.at.toISOString()} ${position.after.id}`;
  return Buffer.from(`${where} ${position.reading}`).toString('base64url');
}

/** @throws Refused `list.bad-cursor`. */
export function readSearchCursor(cursor: string): NextPosition {
  const [, time = '', offset, id, reading] =
    /^(\d{4}-[\dT:.-]+Z) (?:(\d{1,3})|([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})) (typed|similar|parts)$/.exec(
      Buffer.from(cursor, 'base64url').toString(),
    ) ?? [];
  if (!reading) throw refuse('list.bad-cursor');
  const at = cursorTime(time);
  return id
    ? { reading: reading as Reading, order: 'date', after: { at, id } }
    : { reading: reading as Reading, order: 'relevance', asOf: at, offset: Number(offset) };
}
