import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Id } from '#events';
import { CurrentActor, ForRoles, IdempotencyKey } from '#http';
import type { Actor } from '#platform';
import { CreatePollRequest, editorialPoll, type EditorialPollResponse } from './polls.dto.js';
import { PollsService } from './polls.service.js';

@Controller('editorial/polls')
export class EditorialPollsController {
  constructor(private readonly polls: PollsService) {}

  @Post()
  @ForRoles('author', 'editor')
  async create(
    @Body({ schema: CreatePollRequest }) request: CreatePollRequest,
    @IdempotencyKey() key: string | undefined,
    @CurrentActor() by: Actor,
  ): Promise<EditorialPollResponse> {
    return editorialPoll(await this.polls.create(request, key && JSON.stringify([by.id, key])));
  }

  @Get(':id')
  @ForRoles('author', 'editor')
  async get(@Param('id', { schema: Id }) id: string): Promise<EditorialPollResponse> {
    return editorialPoll(await this.polls.get(id));
  }

  @Post(':id/close')
  @HttpCode(200)
  @ForRoles('editor')
  async close(@Param('id', { schema: Id }) id: string): Promise<EditorialPollResponse> {
    return editorialPoll(await this.polls.close(id));
  }
}
