export const railKinds = ['related', 'section', 'topic', 'place'] as const;

/** What the cards of a rail have in common with the article. */
export type RailKind = (typeof railKinds)[number];
