import { Controller, Get, Param, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Id } from '#events';
import { clientSignal, ForAnyone } from '#http';
import { cacheable, sendCacheable } from '../http/cacheable.js';
import { answerPublicly } from '../http/answer-publicly.js';
import { Retractions } from '../retractions/retractions.js';
import { ReaderCookie } from '../security/reader-cookie.js';
import { forward } from '../upstream/forward.js';
import { Upstream } from '../upstream/upstream.js';

interface Poll {
  readonly articleId: string;
}

@Controller('v1/polls/:id')
@ForAnyone()
export class PollsController {
  constructor(
    private readonly upstream: Upstream,
    private readonly readers: ReaderCookie,
    private readonly retractions: Retractions,
  ) {}

  @Get()
  async get(
    @Param('id', { schema: Id }) id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await answerPublicly(reply, async () => {
      const poll = await this.upstream.json<Poll>('polls', `/polls/${id}`, { signal: clientSignal(reply) });
      // The polls service learns of retractions only from events.
      this.retractions.refuseRetracted(poll.articleId);
      sendCacheable(request, reply, cacheable(poll, [`poll/${id}`]));
    });
  }

  @Put('ballot')
  async vote(
    @Param('id', { schema: Id }) id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const headers = { 'x-reader': this.readers.of(request, reply) };
    const path = `/polls/${id}/ballot`;
    await forward(this.upstream, { lane: 'write', service: 'polls', path, headers }, request, reply);
  }
}
