/**
 * A copy of the text. V8 stores a substring as a reference into the whole string, so a title that is kept for the report
 * would keep the whole export in memory.
 */
export const detached = (text: string): string => Buffer.from(text).toString();
