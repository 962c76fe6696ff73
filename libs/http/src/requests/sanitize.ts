import { z } from 'zod';

/**
 * Characters that no text needs and that break programs which read it later: the control characters except tab and line
 * feed (XML 1.0, 2.2 forbids or discourages most of them), and the noncharacters U+FFFE and U+FFFF.
 */
// oxlint-disable-next-line no-control-regex
const UNWANTED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g;

/** Levels of a JSON value. Content has ten at most; deeper levels are dropped here and refused by the schema. */
const MAX_DEPTH = 32;

/**
 * Removes unwanted characters from every text in a JSON value, turns line ends into line feeds, and replaces unpaired
 * surrogates with U+FFFD. Everything else stays as it was typed: markup is text like any other and is escaped where it is
 * shown, emoji need their zero-width joiners, and the effect of right-to-left marks ends with the element.
 */
function sanitize(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (typeof value === 'string') return value.replace(/\r\n?/g, '\n').replace(UNWANTED, '').toWellFormed();
  if (Array.isArray(value)) return value.map((item) => sanitize(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sanitize(member, depth + 1)]));
}

/** A schema whose value is sanitized before it is checked. */
export const sanitized = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => sanitize(value), schema);
