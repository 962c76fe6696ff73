import { z } from 'zod';

/** The part of the recommendations service's answer that names articles. */
const RailsAnswer = z.looseObject({
  rails: z.array(z.looseObject({ cards: z.array(z.looseObject({ type: z.string(), id: z.string() })) })),
});
type RailsAnswer = z.infer<typeof RailsAnswer>;

/**
 * Drops cards of retracted articles, and rails that have only sold cards left, as the recommendations service does.
 * @returns undefined for an answer that cannot be read as rails: it might show a retracted article.
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
