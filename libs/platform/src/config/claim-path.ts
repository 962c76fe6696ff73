/** The names of the nested objects that lead to a claim, outermost first. */
export type ClaimPath = readonly string[];

/**
 * Reads a path such as `realm_access.roles`. A dot inside a name is written `\.`. A URL such as
 * `https://example.ch/roles` is a single name.
 */
export function claimPath(text: string): ClaimPath {
  if (/^https?:\/\//.test(text)) return [text];
  return text.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'));
}
