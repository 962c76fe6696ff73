/** The rails of a page, as the recommendations service answers them. */
export interface RailsAnswer {
  readonly rails: readonly {
    readonly cards: readonly { readonly type: string; readonly id: string }[];
  }[];
}

/** Drops cards of retracted articles, and rails that have only sold cards left, as the recommendations service does. */
export const withoutRetracted = (
  answer: RailsAnswer,
  isRetracted: (articleId: string) => boolean,
): RailsAnswer => ({
  ...answer,
  rails: answer.rails.flatMap((rail) => {
    const cards = rail.cards.filter(({ type, id }) => type !== 'article' || !isRetracted(id));
    if (cards.length === rail.cards.length) return [rail];
    return cards.some(({ type }) => type === 'article') ? [{ ...rail, cards }] : [];
  }),
});
