/**
 * The same text in memory of its own. V8 keeps a part of a text as a reference to the whole of it: whoever keeps a title
 * for the report would keep the export.
 */
export const detached = (text: string): string => Buffer.from(text).toString();
