import { Controller, Get, Param } from '@nestjs/common';
import { Id } from '#events';
import { ForAnyone } from '#http';
import { pollResponse, type PollResponse } from './polls.dto.js';
import { PollsService } from './polls.service.js';

@Controller('polls/:id')
export class PollsController {
  constructor(private readonly polls: PollsService) {}

  @Get()
  @ForAnyone()
  async get(@Param('id', { schema: Id }) id: string): Promise<PollResponse> {
    return pollResponse(await this.polls.getPublic(id));
  }
}
