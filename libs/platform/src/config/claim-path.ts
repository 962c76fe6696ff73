/** The names that lead to a claim, from the outside in. */
export type ClaimPath = readonly string[];

/**
 * Reads a path such as `realm_access.roles`. A dot inside a name is written `\.`; a URL, as in
 * `https://example.ch/roles`, is one name as it stands.
 */
export function claimPath(text: string): ClaimPath {
  if (/^https?:\/\//.test(text)) return [text];
  return text.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'));
}
