/**
 * A copy of the text in memory of its own. V8 stores a substring as a reference to the whole string, so a title kept for
 * the report would keep the whole export in memory.
 */
export const detached = (text: string): string => Buffer.from(text).toString();
