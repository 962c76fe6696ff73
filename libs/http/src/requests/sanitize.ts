import { z } from 'zod';

/**
 * Characters that no text has a use for and that break those who read it later: the controls but tab and line feed
 * (XML 1.0, 2.2 cannot carry them), and the noncharacters U+FFFE and U+FFFF.
 */
// oxlint-disable-next-line no-control-regex
const USELESS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g;

/** Levels of a JSON value; content has ten at most, so that what is cut off below is refused anyway. */
const DEEPEST = 32;

/**
 * Every text inside a JSON value without useless controls, with line feeds as line ends and U+FFFD in place of half
 * surrogate pairs. Anything else stays as it was typed: markup is text like any other and is escaped where it is shown,
 * emoji need their zero-width joiners, and right-to-left marks end with the element that shows them.
 */
function sanitize(value: unknown, depth = 0): unknown {
  if (depth > DEEPEST) return undefined;
  if (typeof value === 'string') return value.replace(/\r\n?/g, '\n').replace(USELESS, '').toWellFormed();
  if (Array.isArray(value)) return value.map((one) => sanitize(one, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sanitize(one, depth + 1)]));
}

/** A schema whose value is sanitized before it is checked. */
export const sanitized = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => sanitize(value), schema);
