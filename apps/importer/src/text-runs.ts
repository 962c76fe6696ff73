import type { TextRun } from '#events';

const isText = ({ text }: TextRun): boolean => text.trim() !== '';

/** Trims runs at the start and the end, and removes empty ones. */
export function trimmed(runs: readonly TextRun[]): TextRun[] {
  const kept = runs
    .slice(runs.findIndex(isText), runs.findLastIndex(isText) + 1)
    .filter(({ text }) => text !== '')
    .map((run) => ({ ...run }));
  if (kept[0]) kept[0].text = kept[0].text.trimStart();
  if (kept.length > 0) kept.at(-1)!.text = kept.at(-1)!.text.trimEnd();
  return kept;
}

/** Splits runs that are longer than `most` characters, at the end of a sentence if possible. */
export const splitRuns = (runs: readonly TextRun[], most: number): TextRun[] =>
  runs.flatMap((run) => splitText(run.text, most).map((text) => ({ ...run, text })));

/** Splits a text into pieces of at most `most` characters (2 or more). */
export function splitText(text: string, most: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > most) {
    const head = rest.slice(0, most);
    const sentence = Math.max(head.lastIndexOf('. '), head.lastIndexOf('! '), head.lastIndexOf('? ')) + 2;
    const character = /[\ud800-\udbff]$/.test(head) ? most - 1 : most;
    const end = sentence > most / 2 ? sentence : head.lastIndexOf(' ') + 1 || character;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...pieces, rest];
}

/** The part of the text that fits into `most` characters, and the rest. */
export function cut(text: string, most: number): [fits: string, beyond: string] {
  const [fits = '', ...rest] = splitText(text.trim(), most);
  return [fits.trim(), rest.join('').trim()];
}

export function chunksOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
