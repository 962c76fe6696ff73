import { z } from 'zod';
import { Id } from '#events';
import type { Counts } from './interactions.queries.js';

export const InteractionsRequest = z.strictObject({
  ids: z
    .string()
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(Id).min(1).max(100)),
});
export type InteractionsRequest = z.infer<typeof InteractionsRequest>;

export interface InteractionsResponse {
  readonly items: { articleId: string; comments: number; votes: number; total: number }[];
}

export const interactionsResponse = (
  ids: readonly string[],
  counts: ReadonlyMap<string, Counts>,
): InteractionsResponse => ({
  items: ids.map((articleId) => {
    const { comments, votes } = counts.get(articleId) ?? { comments: 0, votes: 0 };
    return { articleId, comments, votes, total: comments + votes };
  }),
});
