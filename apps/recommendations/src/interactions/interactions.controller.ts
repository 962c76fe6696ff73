import { Controller, Get, Query } from '@nestjs/common';
import { ForAnyone } from '#http';
import { InteractionsRequest, interactionsResponse, type InteractionsResponse } from './interactions.dto.js';
import { Interactions } from './interactions.js';

@Controller('interactions')
@ForAnyone()
export class InteractionsController {
  constructor(private readonly interactions: Interactions) {}

  @Get()
  async get(
    @Query({ schema: InteractionsRequest }) { ids }: InteractionsRequest,
  ): Promise<InteractionsResponse> {
    return interactionsResponse(ids, await this.interactions.of(ids));
  }
}
