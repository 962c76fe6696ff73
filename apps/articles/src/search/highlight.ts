import type { Query } from './tsquery.rules.js';
import type { Words } from './vocabulary.js';
import { compoundsOf, wordsOf, type Compound, type Token } from './words.js';

/** Part of a text, in UTF-16 code units as JavaScript counts them; `end` is behind the last one. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A piece of a text, and where in it the words of a query are. */
export interface Excerpt {
  readonly text: string;
  readonly ranges: Range[];
}

/** Words of an excerpt, and how many of them before its first hit. */
const WORDS = 30;
const BEFORE = 6;

/** Where in a text, as it is, the words of a query are. */
export function rangesOf(text: string, query: Query, words: Words): Range[] {
  const tokens = wordsOf(text);
  return merged([...compoundsOf(tokens), ...tokens].filter((token) => isHit(token, query, words)));
}

/**
 * The piece of a text that has most of a query's words.
 * @param text what the reader may read: whatever is in it can be shown
 * @returns undefined when it has none of them.
 */
export function excerptOf(text: string, query: Query, words: Words): Excerpt | undefined {
  const tokens = wordsOf(text);
  const stemsAt = tokens.map((token) =>
    isHit(token, query, words) ? words.get(token.spelling)!.stem : undefined,
  );
  for (const compound of compoundsOf(tokens)) {
    if (isHit(compound, query, words)) stemsAt[compound.first] ??= compound.form;
  }
  let best: { from: number; different: number } | undefined;
  for (const [i, stem] of stemsAt.entries()) {
    if (stem === undefined) continue;
    const from = Math.max(0, Math.min(i - BEFORE, tokens.length - WORDS));
    const different = new Set(stemsAt.slice(from, from + WORDS).filter((other) => other !== undefined)).size;
    if (!best || different > best.different) best = { from, different };
  }
  if (!best) return undefined;
  const last = Math.min(best.from + WORDS, tokens.length) - 1;
  const piece = text
    .slice(
      best.from === 0 ? 0 : tokens[best.from]!.start,
      last === tokens.length - 1 ? undefined : tokens[last]!.end,
    )
    .replaceAll('\n', ' ');
  return { text: piece, ranges: rangesOf(piece, query, words) };
}

function isHit({ spelling, form }: Token | Compound, { stems, parts }: Query, words: Words): boolean {
  const word = words.get(spelling);
  return word !== undefined && (stems.has(word.stem ?? form) || word.parts.some((part) => parts.has(part)));
}

/** Ranges in order, without those that are inside others. */
function merged(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && start < last.end)
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else result.push({ start, end });
  }
  return result;
}
