import type { Query } from './tsquery.rules.js';
import type { Words } from './vocabulary.js';
import { compoundsOf, wordsOf, type Compound, type Token } from './words.js';

/** Part of a text, in UTF-16 code units as JavaScript counts them; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A piece of a text with the positions of a query's words. */
export interface Excerpt {
  readonly text: string;
  readonly ranges: Range[];
}

/** Words per excerpt, and how many of them precede the first hit. */
const WORDS = 30;
const BEFORE = 6;

/** The positions of a query's words in a text. */
export function rangesOf(text: string, query: Query, words: Words): Range[] {
  const tokens = wordsOf(text);
  return merged([...compoundsOf(tokens), ...tokens].filter((token) => isHit(token, query, words)));
}

/**
 * The piece of a text with the most different words of a query.
 * @param text text that every reader may see: an excerpt can show any part of it.
 * @returns undefined when the text has none of the words.
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

/** Ranges in order; overlapping ones are merged. */
function merged(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && start < last.end) {
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    } else result.push({ start, end });
  }
  return result;
}
