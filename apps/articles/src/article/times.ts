import { z } from 'zod';

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

export const Moment = TimeWithOffset.transform((time) => new Date(time));
