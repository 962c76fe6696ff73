import { Controller, Get, Param, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Id } from '#events';
import { ForAnyone } from '#platform';
import { cacheable, sendCacheable } from '../http/cacheable.js';
import { ReaderCookie } from '../security/reader-cookie.js';
import { forward } from '../upstream/forward.js';
import { Upstream } from '../upstream/upstream.js';

@Controller('v1/polls/:id')
@ForAnyone()
export class PollsController {
  constructor(
    private readonly upstream: Upstream,
    private readonly readers: ReaderCookie,
  ) {}

  @Get()
  async get(
    @Param('id', { schema: Id }) id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendCacheable(
      request,
      reply,
      cacheable(await this.upstream.json('polls', `/polls/${id}`), [`poll/${id}`]),
    );
  }

  @Put('ballot')
  async vote(
    @Param('id', { schema: Id }) id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const reader = { 'x-reader': this.readers.of(request, reply) };
    await forward(this.upstream, 'polls', `/polls/${id}/ballot`, request, reply, reader);
  }
}
