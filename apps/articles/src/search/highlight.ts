/** Part of a text, in UTF-16 code units as JavaScript counts them; `end` is behind the last one. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Characters that no stored text has, since they are taken out of what comes in. */
const [START, STOP] = ['\u0001', '\u0002'];

/** Options for ts_headline that mark every hit in the whole text, and in an excerpt of it. */
export const MARK_ALL = `StartSel="${START}", StopSel="${STOP}", HighlightAll=true`;
export const EXCERPT = `StartSel="${START}", StopSel="${STOP}", MaxFragments=1, MinWords=12, MaxWords=30`;

/** Takes the marks out of a text and says where they were. */
export function rangesOf(marked: string): { text: string; ranges: Range[] } {
  const ranges: Range[] = [];
  let text = '';
  for (const part of marked.split(START)) {
    const stop = part.indexOf(STOP);
    if (stop >= 0) ranges.push({ start: text.length, end: text.length + stop });
    text += stop >= 0 ? part.slice(0, stop) + part.slice(stop + 1) : part;
  }
  return { text, ranges };
}
