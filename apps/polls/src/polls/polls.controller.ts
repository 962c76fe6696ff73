import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Id } from '#events';
import { clientSignal, ForAnyone, ForReaders, ReaderId } from '#http';
import { CastBallotRequest, pollResponse, type PollResponse } from './polls.dto.js';
import { PollsService } from './polls.service.js';
import { Voting } from '../ballots/ballots.service.js';

@Controller('polls/:id')
export class PollsController {
  constructor(
    private readonly polls: PollsService,
    private readonly voting: Voting,
  ) {}

  @Get()
  @ForAnyone()
  async get(@Param('id', { schema: Id }) id: string): Promise<PollResponse> {
    return pollResponse(await this.polls.getPublic(id));
  }

  @Put('ballot')
  @ForReaders()
  async vote(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: CastBallotRequest }) { optionId }: CastBallotRequest,
    @ReaderId() readerId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PollResponse & { myOptionId: string }> {
    const poll = await this.voting.cast(id, optionId, readerId, clientSignal(reply));
    return { ...pollResponse(poll), myOptionId: optionId };
  }
}
