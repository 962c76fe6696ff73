import { z } from 'zod';

/** The rails of a page, as far as one must read the answer of the recommendations service to find articles in it. */
const RailsAnswer = z.looseObject({
  rails: z.array(z.looseObject({ cards: z.array(z.looseObject({ type: z.string(), id: z.string() })) })),
});
export type RailsAnswer = z.infer<typeof RailsAnswer>;

/**
 * Without cards of retracted articles; a rail that has none but sold cards left is left out, as the service does.
 * @returns undefined for what are no rails: nobody can tell what it shows.
 */
export function withoutRetracted(
  answer: unknown,
  isRetracted: (articleId: string) => boolean,
): RailsAnswer | undefined {
  const read = RailsAnswer.safeParse(answer);
  if (!read.success) return undefined;
  const rails = read.data.rails.flatMap((rail) => {
    const cards = rail.cards.filter(({ type, id }) => type !== 'article' || !isRetracted(id));
    if (cards.length === rail.cards.length) return [rail];
    return cards.some(({ type }) => type === 'article') ? [{ ...rail, cards }] : [];
  });
  return { ...read.data, rails };
}
