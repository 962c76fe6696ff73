/** The strong entity tag of a version: `"7"`. */
export const etagOf = (version: number): string => `"${version}"`;
