import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { Id } from '#events';
import { ForAnyone } from '#http';
import { Interactions } from './interactions.js';

const InteractionsRequest = z.strictObject({
  ids: z
    .string()
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(Id).min(1).max(100)),
});
type InteractionsRequest = z.infer<typeof InteractionsRequest>;

export interface InteractionsResponse {
  readonly items: { articleId: string; comments: number; votes: number; total: number }[];
}

@Controller('interactions')
@ForAnyone()
export class InteractionsController {
  constructor(private readonly interactions: Interactions) {}

  @Get()
  async get(
    @Query({ schema: InteractionsRequest }) { ids }: InteractionsRequest,
  ): Promise<InteractionsResponse> {
    const counts = await this.interactions.of(ids);
    return {
      items: ids.map((articleId) => {
        const { comments, votes } = counts.get(articleId) ?? { comments: 0, votes: 0 };
        return { articleId, comments, votes, total: comments + votes };
      }),
    };
  }
}
