import { Body, Controller, Param, Put } from '@nestjs/common';
import { Id } from '#events';
import { ClientSignal, ForReaders, ReaderId } from '#http';
import { ballotResponse, CastBallotRequest, type BallotResponse } from './ballots.dto.js';
import { BallotsService } from './ballots.service.js';

@Controller('polls/:id/ballot')
export class BallotsController {
  constructor(private readonly ballots: BallotsService) {}

  @Put()
  @ForReaders()
  async cast(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: CastBallotRequest }) { optionId }: CastBallotRequest,
    @ReaderId() readerId: string,
    @ClientSignal() signal: AbortSignal,
  ): Promise<BallotResponse> {
    return ballotResponse(await this.ballots.cast(id, optionId, readerId, signal), optionId);
  }
}
